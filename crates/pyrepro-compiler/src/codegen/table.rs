//! A list whose items are found by value: names, constants and variables of a unit.

use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// From this many items on, a hash table finds them.
const LINEAR: usize = 12;

/// Items in the order in which they came, each once.
#[derive(Debug, Clone)]
pub struct Indexed<T> {
    items: Vec<T>,
    places: HashMap<T, u32, RandomState>,
}

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Indexed { items: Vec::new(), places: HashMap::with_hasher(RandomState::default()) }
    }
}

impl<T: Copy + Eq + Hash> Indexed<T> {
    /// The table with `items` added.
    pub fn with(mut self, items: impl IntoIterator<Item = T>) -> Self {
        for item in items {
            self.add(item);
        }
        self
    }

    /// Forgets all items and keeps the memory.
    pub fn clear(&mut self) {
        self.items.clear();
        self.places.clear();
    }

    /// The place of `item`.
    pub fn find(&self, item: T) -> Option<u32> {
        if self.items.len() > LINEAR {
            return self.places.get(&item).copied();
        }
        self.items.iter().position(|known| *known == item).map(|place| place as u32)
    }

    /// Whether `item` is there.
    pub fn contains(&self, item: T) -> bool {
        self.find(item).is_some()
    }

    /// The place of `item`, which is put at the end if it is new.
    pub fn add(&mut self, item: T) -> u32 {
        if let Some(place) = self.find(item) {
            return place;
        }
        let place = self.items.len() as u32;
        self.items.push(item);
        if self.items.len() > LINEAR {
            if self.places.is_empty() {
                self.places.extend(self.items.iter().zip(0..).map(|(item, place)| (*item, place)));
            } else {
                self.places.insert(item, place);
            }
        }
        place
    }

    /// All items in order.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
