//! Other recorded file names.

use std::collections::HashMap;

use super::error::{Error, Problem};
use super::graph::Graph;
use super::kind::Kind;
use super::object::{Marks, Object, ObjectId};
use super::read::check_utf8;

impl Graph<'_> {
    /// The file name recorded in each code object, the outermost last.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// let graph = marshal::read(b"N", Version::new(3, 13).unwrap())?;
    /// assert_eq!(graph.file_names().count(), 0);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn file_names(&self) -> impl Iterator<Item = &[u8]> {
        let filename = self.version.code_layout().filename;
        let codes = self.objects.iter().filter(|object| object.kind == Kind::Code);
        codes.map(move |code| self.payload(self.object(self.parts(code)[filename])))
    }

    /// Records other file names in all code objects: those for which `rename` gives one.
    ///
    /// A name is a str as it stands in marshal data: UTF-8 in which surrogates may be encoded; a new
    /// name that is anything else is an error. Nothing else changes, not even a constant that equals
    /// the name. Returns how many code objects were given another name.
    ///
    /// ```no_run
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let file = Vec::new();
    /// let mut graph = marshal::read_code(&file, 16, Version::new(3, 13).unwrap())?;
    /// graph.rename_files(|name| {
    ///     let rest = name.strip_prefix(b"/build/root")?;
    ///     Some(rest.to_vec())
    /// });
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn rename_files(&mut self, mut rename: impl FnMut(&[u8]) -> Option<Vec<u8>>) -> Result<usize, Error> {
        let filename = self.version.code_layout().filename;
        let mut renamed = 0;
        // Each name once, however many code objects share it.
        let mut known: HashMap<ObjectId, Option<ObjectId>> = HashMap::new();
        for index in 0..self.objects.len() {
            let code = self.objects[index];
            if code.kind != Kind::Code {
                continue;
            }
            let place = code.start as usize + filename;
            let old = self.parts[place];
            let new = match known.get(&old) {
                Some(&new) => new,
                None => {
                    let name = rename(self.payload(self.object(old)));
                    let new = name.map(|name| self.add_text(&name)).transpose()?;
                    known.insert(old, new);
                    new
                }
            };
            if let Some(new) = new {
                self.parts[place] = new;
                renamed += 1;
            }
        }
        Ok(renamed)
    }

    /// Adds a str that the data did not hold. It comes after the objects that it is a part of,
    /// which is no harm: a leaf contains nothing.
    fn add_text(&mut self, text: &[u8]) -> Result<ObjectId, Error> {
        check_utf8(text).map_err(|reason| Problem::NotUtf8(reason).nowhere())?;
        if self.data.len() + text.len() > i32::MAX as usize {
            return Err(Problem::TooLarge.nowhere());
        }
        let data = self.data.to_mut();
        let (start, size) = (data.len() as u32, text.len() as u32);
        data.extend_from_slice(text);
        let id = ObjectId(self.objects.len() as u32);
        self.objects.push(Object { kind: Kind::Str, marks: Marks::default(), offset: start, start, size });
        Ok(id)
    }
}
