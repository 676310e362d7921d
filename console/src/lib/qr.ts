// A QR code of a short text, drawn here so that nothing leaves the page: byte mode, error correction
// level M, versions 1 to 10 (213 bytes). After ISO/IEC 18004.
const blocks: [number, number, number, number, number][] = [
  // error correction bytes of a block; blocks and data bytes of the first kind, of the second
  [10, 1, 16, 0, 0],
  [16, 1, 28, 0, 0],
  [26, 1, 44, 0, 0],
  [18, 2, 32, 0, 0],
  [24, 2, 43, 0, 0],
  [16, 4, 27, 0, 0],
  [18, 4, 31, 0, 0],
  [22, 2, 38, 2, 39],
  [22, 3, 36, 2, 37],
  [26, 4, 43, 1, 44],
];
const centres = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

const exp = new Uint8Array(512);
const log = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at += 1) {
  exp[at] = exp[at + 255] = value;
  log[value] = at;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (a: number, b: number) => (a === 0 || b === 0 ? 0 : exp[log[a]! + log[b]!]!);

function correction(data: number[], size: number): number[] {
  let generator = [1];
  for (let at = 0; at < size; at += 1) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((factor, i) => {
      next[i] ^= factor;
      next[i + 1] ^= times(factor, exp[at]!);
    });
    generator = next;
  }
  const rest = [...data, ...new Array(size).fill(0)];
  for (let at = 0; at < data.length; at += 1) {
    const factor = rest[at]!;
    if (factor !== 0) generator.forEach((g, i) => (rest[at + i]! ^= times(g, factor)));
  }
  return rest.slice(data.length);
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const [ecc, n1, d1, n2, d2] = blocks[version - 1]!;
  const room = n1 * d1 + n2 * d2;
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let at = length - 1; at >= 0; at -= 1) bits.push((value >> at) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8) data.push(bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const parts: number[][] = [];
  for (let at = 0, from = 0; at < n1 + n2; at += 1) {
    const size = at < n1 ? d1 : d2;
    parts.push(data.slice(from, from + size));
    from += size;
  }
  const checks = parts.map((part) => correction(part, ecc));
  const all: number[] = [];
  for (let at = 0; at < Math.max(d1, d2); at += 1) for (const part of parts) if (at < part.length) all.push(part[at]!);
  for (let at = 0; at < ecc; at += 1) for (const check of checks) all.push(check[at]!);
  return all;
}

type Grid = (boolean | undefined)[][];

function remainder(value: number, polynomial: number, degree: number): number {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); rest !== 0 && bit >= degree; bit = 31 - Math.clz32(rest)) rest ^= polynomial << (bit - degree);
  return (value << degree) | rest;
}

function frame(version: number, mask: number): Grid {
  const size = 17 + version * 4;
  const grid: Grid = Array.from({ length: size }, () => new Array(size).fill(undefined));
  const square = (row: number, column: number, reach: number, dark: (far: number) => boolean) => {
    for (let r = -reach; r <= reach; r += 1)
      for (let c = -reach; c <= reach; c += 1) {
        if (grid[row + r] && column + c >= 0 && column + c < size) grid[row + r]![column + c] = dark(Math.max(Math.abs(r), Math.abs(c)));
      }
  };
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]] as const) square(row, column, 4, (far) => far !== 2 && far !== 4);
  const at = centres[version - 1]!;
  for (const row of at)
    for (const column of at) {
      const corner = (row === 6 && column === 6) || (row === 6 && column === size - 7) || (row === size - 7 && column === 6);
      if (!corner) square(row, column, 2, (far) => far !== 1);
    }
  for (let i = 8; i < size - 8; i += 1) grid[6]![i] = grid[i]![6] = i % 2 === 0;
  const format = remainder(mask, 0x537, 10) ^ 0x5412; // level M is 00
  for (let i = 0; i < 15; i += 1) {
    const dark = ((format >> i) & 1) === 1;
    if (i < 6) grid[i]![8] = dark;
    else if (i < 8) grid[i + 1]![8] = dark;
    else grid[size - 15 + i]![8] = dark;
    if (i < 8) grid[8]![size - 1 - i] = dark;
    else if (i === 8) grid[8]![7] = dark;
    else grid[8]![14 - i] = dark;
  }
  grid[size - 8]![8] = true;
  if (version >= 7) {
    const text = remainder(version, 0x1f25, 12);
    for (let i = 0; i < 18; i += 1) {
      const dark = ((text >> i) & 1) === 1;
      grid[Math.floor(i / 3)]![size - 11 + (i % 3)] = dark;
      grid[size - 11 + (i % 3)]![Math.floor(i / 3)] = dark;
    }
  }
  return grid;
}

const masks = [
  (r: number, c: number) => (r + c) % 2 === 0,
  (r: number, _: number) => r % 2 === 0,
  (_: number, c: number) => c % 3 === 0,
  (r: number, c: number) => (r + c) % 3 === 0,
];

function filled(version: number, words: number[], mask: number): boolean[][] {
  const grid = frame(version, mask);
  const size = grid.length;
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right -= 1;
    for (let step = 0; step < size; step += 1) {
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (grid[row]![column] !== undefined) continue;
        const dark = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        grid[row]![column] = (dark === 1) !== masks[mask]!(row, column);
        bit += 1;
      }
    }
  }
  return grid as boolean[][];
}

// Long runs and unbalanced areas are hard to read.
function ugliness(grid: boolean[][]): number {
  let score = 0;
  const runs = (line: boolean[]) => {
    for (let at = 0, run = 0; at < line.length; at += 1) {
      run = at > 0 && line[at] === line[at - 1] ? run + 1 : 1;
      score += run === 5 ? 3 : run > 5 ? 1 : 0;
    }
  };
  grid.forEach(runs);
  grid.forEach((_, column) => runs(grid.map((row) => row[column]!)));
  for (let r = 1; r < grid.length; r += 1)
    for (let c = 1; c < grid.length; c += 1) if (grid[r]![c] === grid[r - 1]![c] && grid[r]![c] === grid[r]![c - 1] && grid[r]![c] === grid[r - 1]![c - 1]) score += 3;
  return score;
}

// The rows of modules, dark or not; none: the text is too long.
export function qr(text: string): boolean[][] | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = blocks.findIndex(([, n1, d1, n2, d2], at) => n1 * d1 + n2 * d2 - (at < 9 ? 2 : 3) >= bytes.length) + 1;
  if (version === 0) return undefined;
  const words = codewords(bytes, version);
  return masks.map((_, mask) => filled(version, words, mask)).sort((a, b) => ugliness(a) - ugliness(b))[0];
}
