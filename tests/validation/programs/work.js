// Counts words in a hash table.
const words = new Map();
for (let i = 0, x = 1; i < 6000000; ++i) {
  x = (x * 1103515245 + 12345) % 2147483648;
  const key = "w" + x % 50000;
  words.set(key, (words.get(key) || 0) + 1);
}
console.log(words.size);
