use std::collections::BTreeMap;
fn main() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for word in std::env::args() { *seen.entry(word.to_uppercase()).or_default() += 1; }
    let mut sorted: Vec<_> = seen.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (word, n) in sorted { println!("{word} {n}"); }
}
