//! A memory that holds so many bytes and no more: what was not asked for longest goes first.

use lru::LruCache;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of something. Keys are digests, so that they have one size and no two questions
/// share one, whatever anybody sends.
pub type Digest = [u8; 32];

/// The digest of a text.
#[must_use]
pub fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

/// What an entry takes beside its value, in bytes: its key, its place in the list and in the table.
pub const AROUND: usize = 200;

/// Values by digest, bounded by their number and by their bytes.
#[derive(Debug)]
pub struct Bounded<V> {
    entries: LruCache<Digest, (V, usize)>,
    most: usize,
    most_bytes: usize,
    bytes: usize,
}

impl<V> Bounded<V> {
    /// An empty one.
    #[must_use]
    pub fn new(most: usize, most_bytes: usize) -> Self {
        Self { entries: LruCache::unbounded(), most, most_bytes, bytes: 0 }
    }

    /// A value, which is now the last to go.
    pub fn get(&mut self, key: &Digest) -> Option<&V> {
        self.entries.get(key).map(|(value, _)| value)
    }

    /// Puts a value of so many bytes in, where it fits at all; says how many others had to go.
    pub fn put(&mut self, key: Digest, value: V, bytes: usize) -> usize {
        let size = bytes.saturating_add(AROUND);
        if self.most == 0 || size > self.most_bytes {
            self.remove(&key);
            return 0;
        }
        if let Some((_, before)) = self.entries.put(key, (value, size)) {
            self.bytes -= before;
        }
        self.bytes += size;
        self.make_room()
    }

    /// Notes that a value has grown; says how many others had to go for it.
    pub fn grow(&mut self, key: &Digest, by: usize) -> usize {
        let Some((_, size)) = self.entries.get_mut(key) else { return 0 };
        *size += by;
        self.bytes += by;
        self.make_room()
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &Digest) {
        if let Some((_, size)) = self.entries.pop(key) {
            self.bytes -= size;
        }
    }

    /// Takes everything out.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.most, self.most_bytes))
    }

    /// The bytes of all values, and what is around them.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn make_room(&mut self) -> usize {
        let mut gone = 0;
        while self.bytes > self.most_bytes || self.entries.len() > self.most {
            let Some((_, (_, size))) = self.entries.pop_lru() else { break };
            self.bytes -= size;
            gone += 1;
        }
        gone
    }
}
