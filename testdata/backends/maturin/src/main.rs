fn main() {
    let count: usize = std::env::args().skip(1).map(|kind| kind.len()).sum();
    assert!(count < 1000, "no basket holds that much");
    println!("{count} apples from {}", file!());
}
