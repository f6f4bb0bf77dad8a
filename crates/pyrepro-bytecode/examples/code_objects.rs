//! Lists the code objects of a bytecode file: name, first line, instructions, and whether it is canonical.

use std::error::Error;

use pyrepro_bytecode::disassemble;
use pyrepro_bytecode::marshal::Value;
use pyrepro_bytecode::pyc::Pyc;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1).ok_or("usage: code_objects FILE.pyc")?;
    let bytes = std::fs::read(file)?;
    let pyc = Pyc::parse(&bytes)?;
    let form = if pyc.canonical()? == bytes { "canonical" } else { "not canonical" };
    println!("Python {}, {form}", pyc.header.version);
    for id in pyc.graph.objects() {
        let Value::Code(code) = pyc.graph.value(id) else { continue };
        let name = match code.field("name").map(|name| pyc.graph.value(name)) {
            Some(Value::Str(name)) => String::from_utf8_lossy(name).into_owned(),
            _ => "?".to_owned(),
        };
        let instructions = disassemble::instructions(&pyc.graph, &code)?;
        println!("line {:>5}  {:>5} instructions  {name}", code.first_line(), instructions.len());
    }
    Ok(())
}
