// What the commands and the settings do.
import { dialog } from "./dom.js";
import { help } from "./dialogs.js";
import { incoming } from "./incoming.js";
import { toEnd } from "./navigation.js";
import { note } from "./timeline.js";
import { milliseconds, say } from "./strings.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function actionsOf(app) {
  const { chat, session } = app;
  let lastTeller = "";

  const tell = (/** @type {string} */ text) => {
    chat.current?.timeline.append(note(text, chat.now()));
    chat.changed();
  };
  const ask = async (/** @type {Record<string, unknown>} */ request) => {
    const answer = await session.ask(request);
    incoming(app.world, answer);
    return answer;
  };
  const answerer = () => {
    const last = chat.conversations().sort((one, other) => other.last - one.last)[0];
    lastTeller = last?.name ?? lastTeller;
    return lastTeller;
  };

  return {
    say(/** @type {string} */ text, /** @type {"said" | "acted"} */ kind) {
      const place = chat.current;
      if (!place) return;
      place.line = -1;
      place.moreUnread = false;
      session.say(place, text, place.isRoom ? kind : "said");
      toEnd(app);
    },
    tell(/** @type {string} */ name, /** @type {string} */ text) {
      app.write(name);
      if (chat.current) session.say(chat.current, text);
      toEnd(app);
    },
    reply(/** @type {string} */ text) {
      const name = answerer();
      if (name) this.tell(name, text);
    },
    join: (/** @type {string} */ room) => void app.enter(room),
    async leave(/** @type {string} */ room) {
      const name = room.replace(/^#/, "") || (chat.current?.isRoom ? chat.current.name : "");
      if (!name && chat.current) return chat.forget(chat.current);
      if (chat.rooms().length < 2) return tell(say.onlyRoom);
      const home = chat.room(session.wantedRoom) === chat.room(name);
      const answer = await ask({ type: "leave", room: name });
      if (answer.type === "left" && home) session.wantedRoom = chat.rooms()[0]?.name ?? "";
      chat.save();
      if (chat.current) app.go(chat.current);
    },
    rename: (/** @type {string} */ name) => void ask({ type: "rename", name }),
    async tryName(/** @type {string} */ name) {
      if (!name || name === chat.me) return "";
      const answer = await session.ask({ type: "rename", name });
      if (answer.type === "error") return String(answer.text);
      incoming(app.world, answer);
      return "";
    },
    async topic(/** @type {string | null} */ text) {
      if (!chat.current?.isRoom) return;
      const room = chat.current.name;
      if (text === null) return tell(say.topicIs(chat.current.topic));
      await ask({ type: "topic", room, text });
    },
    async ignore(/** @type {string} */ name) {
      const answer = await ask(name ? { type: "ignore", name } : { type: "ignore" });
      if (answer.type === "ignoring") tell(answer.ignored ? say.ignoring(answer.name) : say.hearing(answer.name));
      if (answer.type === "ignored") tell(say.ignoringList(answer.names));
    },
    search: (/** @type {string} */ text) => app.search.open(text),
    jump: (/** @type {string} */ day) => app.showDay(day),
    who: () => void (chat.current?.isRoom && ask({ type: "who", room: chat.current.name })),
    async rooms() {
      await ask({ type: "rooms" });
      app.switcher.open();
    },
    async stats() {
      const figures = await session.ask({ type: "stats" });
      if (figures.type !== "stats") return tell(figures.text);
      const { clients, messages, deliveries, fanout_p50: p50, fanout_p99: p99, uptime } = figures;
      tell(`${clients} clients, ${messages} messages, ${deliveries} deliveries; fan-out ${milliseconds(p50)} (p50), ${milliseconds(p99)} (p99); up for ${Math.round(uptime / 60)} min.`);
    },
    help,
    quit() {
      dialog("settings").close();
      session.quit();
      chat.condition = "out";
      chat.save();
      sessionStorage.clear();
      location.hash = "";
      location.reload();
    },
    note: tell,
  };
}
