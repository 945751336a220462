// QR codes (ISO 18004): bytes, error correction level M, versions 1 to 10, so up to 213 bytes. The
// same encoder as chatroom/server/qr.py; the tests compare them, and a reader of codes reads both.

/** Per version: error correction bytes of a block, then [blocks, data bytes of each] once or twice. */
/** @type {[number, ...[number, number][]][]} */
const BLOCKS = [
  [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]],
  [16, [4, 27]], [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]], [26, [4, 43], [1, 44]],
];
/** Where the alignment patterns are. */
const ALIGNED = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

/** @typedef {(0 | 1)[][]} Matrix  rows of modules; 1 is dark */

/** @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * @param {string} text
 * @returns {Matrix | null} null: it is too long
 */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, at) => bytes.length <= capacity(at + 1)) + 1;
  if (version === 0) return null;
  const words = interleaved(dataWords(bytes, version), version);
  let best = null;
  let least = Infinity;
  for (let mask = 0; mask < MASKS.length; mask++) {
    const matrix = drawn(words, version, mask);
    const penalty = penaltyOf(matrix);
    if (penalty < least) [best, least] = [matrix, penalty];
  }
  return best;
}

/** @param {number} version */
function blocksOf(version) {
  const [correction, ...groups] = BLOCKS[version - 1] ?? [0];
  const sizes = groups.flatMap(([count, size]) => Array(count).fill(size));
  return { correction, sizes: /** @type {number[]} */ (sizes) };
}

/** @param {number} version */
function capacity(version) {
  const words = blocksOf(version).sizes.reduce((sum, size) => sum + size, 0);
  return words - (version < 10 ? 2 : 3); // the mode, and a length of one or two bytes
}

/**
 * @param {Uint8Array} bytes
 * @param {number} version
 */
function dataWords(bytes, version) {
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ length) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, 4);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) {
    words.push(bits.slice(at, at + 8).concat(Array(8).fill(0)).slice(0, 8).reduce((sum, bit) => sum * 2 + bit, 0));
  }
  const total = blocksOf(version).sizes.reduce((sum, size) => sum + size, 0);
  for (let pad = 0xec; words.length < total; pad ^= 0xec ^ 0x11) words.push(pad);
  return words.slice(0, total);
}

/**
 * The blocks with their error correction, a byte of each in turn.
 * @param {number[]} words
 * @param {number} version
 */
function interleaved(words, version) {
  const { correction, sizes } = blocksOf(version);
  let at = 0;
  const blocks = sizes.map((size) => words.slice(at, (at += size)));
  const checks = blocks.map((block) => remainder(block, generator(correction)));
  return [...inTurn(blocks), ...inTurn(checks)];
}

/** @param {number[][]} lists */
function inTurn(lists) {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.filter((list) => at < list.length).map((list) => list[at] ?? 0)).flat();
}

/**
 * Multiplication in the field of 256 elements.
 * @param {number} one
 * @param {number} other
 */
function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** @param {number} degree */
function generator(degree) {
  const factors = [...Array(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) factors[j] = times(factors[j], root) ^ (factors[j + 1] ?? 0);
    root = times(root, 2);
  }
  return factors;
}

/**
 * @param {number[]} words
 * @param {number[]} divisor
 */
function remainder(words, divisor) {
  const result = divisor.map(() => 0);
  for (const word of words) {
    const factor = word ^ (result.shift() ?? 0);
    result.push(0);
    divisor.forEach((part, at) => (result[at] = (result[at] ?? 0) ^ times(part, factor)));
  }
  return result;
}

/**
 * @param {number[]} words
 * @param {number} version
 * @param {number} mask
 * @returns {Matrix}
 */
function drawn(words, version, mask) {
  const size = version * 4 + 17;
  /** @type {Matrix} */
  const matrix = Array.from({ length: size }, () => Array(size).fill(0));
  const fixed = Array.from({ length: size }, () => Array(size).fill(false));
  const set = (/** @type {number} */ x, /** @type {number} */ y, /** @type {unknown} */ dark) => {
    const [row, known] = [matrix[y], fixed[y]];
    if (!row || !known || x < 0 || x >= size) return;
    row[x] = dark ? 1 : 0;
    known[x] = true;
  };
  drawPatterns(set, version, size);
  drawFormat(set, mask, size);
  if (version >= 7) drawVersion(set, version, size);
  fill(matrix, fixed, words, MASKS[mask] ?? (() => false));
  return matrix;
}

/** @typedef {(x: number, y: number, dark: unknown) => void} Set */

/**
 * @param {Set} set
 * @param {number} version
 * @param {number} size
 */
function drawPatterns(set, version, size) {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of /** @type {[number, number][]} */ ([[3, 3], [size - 4, 3], [3, size - 4]])) {
    square(cx, cy, 4, (far) => set(far.x, far.y, far.ring !== 2 && far.ring !== 4));
  }
  const places = ALIGNED[version - 1] ?? [];
  const last = places.length - 1;
  places.forEach((x, i) => places.forEach((y, j) => {
    const finder = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
    if (!finder) square(x, y, 2, (far) => set(far.x, far.y, far.ring !== 1));
  }));
}

/**
 * @param {number} cx
 * @param {number} cy
 * @param {number} reach
 * @param {(far: { x: number, y: number, ring: number }) => void} visit
 */
function square(cx, cy, reach, visit) {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      visit({ x: cx + dx, y: cy + dy, ring: Math.max(Math.abs(dx), Math.abs(dy)) });
    }
  }
}

/**
 * @param {Set} set
 * @param {number} mask
 * @param {number} size
 */
function drawFormat(set, mask, size) {
  let rest = mask; // level M is 00
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (/** @type {number} */ at) => (bits >> at) & 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, 1);
}

/**
 * @param {Set} set
 * @param {number} version
 * @param {number} size
 */
function drawVersion(set, version, size) {
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const [far, near] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(far, near, (bits >> i) & 1);
    set(near, far, (bits >> i) & 1);
  }
}

/**
 * The words go up and down in columns of two, from the right.
 * @param {Matrix} matrix
 * @param {boolean[][]} fixed
 * @param {number[]} words
 * @param {(x: number, y: number) => boolean} mask
 */
function fill(matrix, fixed, words, mask) {
  const size = matrix.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = matrix[y];
        if (!row || fixed[y]?.[x]) continue;
        const bit = ((words[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
        row[x] = (bit === 1) !== mask(x, y) ? 1 : 0;
        at++;
      }
    }
  }
}

/** @param {Matrix} matrix */
function penaltyOf(matrix) {
  const size = matrix.length;
  const columns = matrix.map((_, x) => matrix.map((row) => row[x] ?? 0));
  let penalty = 0;
  for (const line of [...matrix, ...columns]) {
    const text = line.join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) penalty += run.length - 2;
    penalty += 40 * (text.match(/(?=10111010000)|(?=00001011101)/g)?.length ?? 0);
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const sum = (matrix[y]?.[x] ?? 0) + (matrix[y]?.[x - 1] ?? 0) + (matrix[y - 1]?.[x] ?? 0) + (matrix[y - 1]?.[x - 1] ?? 0);
      if (sum === 0 || sum === 4) penalty += 3;
    }
  }
  const dark = matrix.flat().reduce((/** @type {number} */ sum, module) => sum + module, 0);
  return penalty + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}
