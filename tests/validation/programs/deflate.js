// Compresses pieces of a file in libuv's pool of threads, three at a time.
const fs = require('fs'), zlib = require('zlib');
const data = fs.readFileSync(process.argv[2]), piece = 1 << 19;
let at = 0, size = 0;
function next() {
  if (at >= data.length) return;
  const part = data.subarray(at, at + piece);
  at += piece;
  zlib.deflate(part, { level: 6 }, (error, packed) => {
    if (error) throw error;
    size += packed.length;
    next();
  });
}
for (let i = 0; i < 3; i++) next();
process.on('exit', () => console.log(size));
