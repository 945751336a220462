// The names of about 200 emoji, most used first within what they begin with.

const TABLE = `
smile 😄 grin 😁 joy 😂 rofl 🤣 smiley 😃 laughing 😆 sweat_smile 😅 wink 😉 blush 😊 innocent 😇 slight_smile 🙂
upside_down 🙃 relieved 😌 heart_eyes 😍 star_struck 🤩 kissing 😗 kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany 🤪
hugs 🤗 thinking 🤔 shush 🤫 zipper_mouth 🤐 raised_eyebrow 🤨 neutral 😐 expressionless 😑 smirk 😏 unamused 😒
roll_eyes 🙄 grimacing 😬 lying 🤥 pensive 😔 sleepy 😪 sleeping 😴 drooling 🤤 mask 😷 sick 🤒 nauseated 🤢 sneezing 🤧
hot 🥵 cold 🥶 dizzy 😵 exploding_head 🤯 cowboy 🤠 party 🥳 sunglasses 😎 nerd 🤓 monocle 🧐 confused 😕 worried 😟
frowning 🙁 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 fearful 😨 cry 😢 sob 😭 scream 😱 disappointed 😞
weary 😩 tired 😫 yawn 🥱 triumph 😤 rage 😡 angry 😠 cursing 🤬 smiling_imp 😈 skull 💀 poop 💩 clown 🤡 ghost 👻
alien 👽 robot 🤖 cat 🐱 dog 🐶 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔
sparkling_heart 💖 100 💯 boom 💥 sweat_drops 💦 dash 💨 hole 🕳️ speech 💬 thought 💭 zzz 💤
wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 pinch 🤏 v ✌️ crossed_fingers 🤞 metal 🤘 call_me 🤙 point_left 👈
point_right 👉 point_up 👆 point_down 👇 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌
open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 brain 🧠 eyes 👀 tongue 👅 shrug 🤷 facepalm 🤦
bow 🙇 dancer 💃 runner 🏃 walking 🚶 family 👪
fox 🦊 bear 🐻 panda 🐼 koala 🐨 tiger 🐯 lion 🦁 cow 🐮 pig 🐷 frog 🐸 monkey 🐵 chicken 🐔 penguin 🐧 bird 🐦 owl 🦉
unicorn 🦄 bee 🐝 bug 🐛 butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 crab 🦀 whale 🐳 dolphin 🐬 fish 🐟
cactus 🌵 tree 🌳 palm 🌴 seedling 🌱 herb 🌿 clover 🍀 leaves 🍃 mushroom 🍄 rose 🌹 sunflower 🌻 tulip 🌷
apple 🍎 banana 🍌 lemon 🍋 grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 avocado 🥑 bread 🍞 cheese 🧀 egg 🥚 pizza 🍕
burger 🍔 fries 🍟 taco 🌮 sushi 🍣 ramen 🍜 cake 🍰 birthday 🎂 cookie 🍪 chocolate 🍫 popcorn 🍿 coffee ☕ tea 🍵
beer 🍺 beers 🍻 wine 🍷 cocktail 🍸 champagne 🍾
sun ☀️ cloud ☁️ rain 🌧️ snow ❄️ zap ⚡ rainbow 🌈 umbrella ☔ ocean 🌊 fire 🔥 moon 🌙 star ⭐ sparkles ✨ globe 🌍
rocket 🚀 car 🚗 bike 🚲 train 🚆 plane ✈️ house 🏠 office 🏢 tent ⛺
tada 🎉 confetti 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 soccer ⚽ basketball 🏀 guitar 🎸 music 🎵 art 🎨 game 🎮 dice 🎲
phone 📱 laptop 💻 desktop 🖥️ keyboard ⌨️ printer 🖨️ camera 📷 tv 📺 bulb 💡 battery 🔋 plug 🔌 book 📖 books 📚 memo 📝
pencil ✏️ clipboard 📋 calendar 📅 chart 📈 pushpin 📌 paperclip 📎 scissors ✂️ lock 🔒 unlock 🔓 key 🔑 hammer 🔨 wrench 🔧
gear ⚙️ link 🔗 magnet 🧲 package 📦 mailbox 📫 bell 🔔 mute 🔕 hourglass ⏳ watch ⌚ alarm ⏰ money 💰 shield 🛡️
check ✅ x ❌ warning ⚠️ question ❓ exclamation ❗ plus ➕ minus ➖ stop 🛑 recycle 🔁 up ⬆️ down ⬇️ left ⬅️ right ➡️
`;

/** @type {[string, string][]} name and emoji */
export const EMOJI = [...TABLE.matchAll(/(\S+)\s+(\S+)/g)].map(([, name, sign]) => [name ?? "", sign ?? ""]);

/**
 * @param {string} word
 * @param {number} most
 * @returns {[string, string][]}
 */
export function emojiLike(word, most) {
  const begin = EMOJI.filter(([name]) => name.startsWith(word));
  const hold = EMOJI.filter(([name]) => !name.startsWith(word) && name.includes(word));
  return [...begin, ...hold].slice(0, most);
}

/**
 * Every complete `:name:` in a text as its emoji.
 * @param {string} text
 */
export function withEmoji(text) {
  return text.replace(/(?<![\w:]):([\w+-]+):(?![\w:])/g, (all, name) => EMOJI.find(([known]) => known === name)?.[1] ?? all);
}
