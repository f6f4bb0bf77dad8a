fn main() {
    let args: Vec<String> = std::env::args().collect();
    let edition = pyrepro_compiler::edition::Edition::of(&args[1]).unwrap().edition;
    let source = std::fs::read(&args[2]).unwrap();
    match pyrepro_compiler::compile(&source, &args[2], edition, &[0]) {
        Ok(made) => println!("{:?} {:?}", made.code[0].len(), made.warnings),
        Err(error) => println!("{error:?}"),
    }
}
