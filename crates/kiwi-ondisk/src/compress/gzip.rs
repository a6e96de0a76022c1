//! gzip on several threads, as one member that every reader understands.
//!
//! The input is cut into chunks of fixed size. Each chunk is deflated on its own, primed with the 32 KiB before it (RFC 1951
//! allows references that far back across blocks), and all but the last end on a byte boundary with an empty stored block, so
//! that the pieces can simply follow each other.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Bytes deflated in one go. Larger chunks compress no better, smaller ones lose more at their seams.
const CHUNK: usize = 1 << 20;
/// How far back deflate can refer.
const WINDOW: usize = 32 << 10;
/// Magic, method deflate, no flags, no time, no hints, system unknown: nothing in it varies.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

struct Job {
    bytes: Vec<u8>,
    /// The end of the chunk before, for references into it.
    dictionary: Vec<u8>,
    last: bool,
    done: mpsc::SyncSender<io::Result<Piece>>,
}

struct Piece {
    deflated: Vec<u8>,
    checksum: crc32fast::Hasher,
}

/// A gzip encoder that hands chunks to a fixed set of threads and writes the pieces in order.
pub(super) struct ParallelGzip<W: Write> {
    inner: W,
    chunk: Vec<u8>,
    dictionary: Vec<u8>,
    /// Dropped to let the threads end.
    jobs: Option<mpsc::Sender<Job>>,
    pending: VecDeque<mpsc::Receiver<io::Result<Piece>>>,
    most_pending: usize,
    threads: Vec<JoinHandle<()>>,
    checksum: crc32fast::Hasher,
    total: u64,
}

impl<W: Write> ParallelGzip<W> {
    pub(super) fn new(mut inner: W, level: u32, threads: NonZeroU32) -> io::Result<Self> {
        inner.write_all(&HEADER)?;
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let threads: io::Result<Vec<_>> = (0..threads.get())
            .map(|_| {
                let receiver = Arc::clone(&receiver);
                thread::Builder::new()
                    .name("gzip".into())
                    .spawn(move || work(&receiver, level))
            })
            .collect();
        let threads = threads?;
        Ok(Self {
            inner,
            chunk: Vec::with_capacity(CHUNK),
            dictionary: Vec::new(),
            jobs: Some(sender),
            pending: VecDeque::new(),
            // One waiting per busy thread keeps all of them busy and memory bounded.
            most_pending: threads.len() * 2,
            threads,
            checksum: crc32fast::Hasher::new(),
            total: 0,
        })
    }

    /// Writes the rest of the stream and gives the inner writer back.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.dispatch(true)?;
        while !self.pending.is_empty() {
            self.write_oldest()?;
        }
        self.inner
            .write_all(&self.checksum.clone().finalize().to_le_bytes())?;
        // The length is stored modulo 2^32.
        self.inner.write_all(&(self.total as u32).to_le_bytes())?;
        self.jobs = None;
        for thread in self.threads {
            thread
                .join()
                .map_err(|_| io::Error::other("a compression thread panicked"))?;
        }
        Ok(self.inner)
    }

    /// Hands the current chunk to the threads.
    fn dispatch(&mut self, last: bool) -> io::Result<()> {
        while self.pending.len() >= self.most_pending {
            self.write_oldest()?;
        }
        let bytes = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        self.total += bytes.len() as u64;
        let window = bytes[bytes.len().saturating_sub(WINDOW)..].to_vec();
        let dictionary = std::mem::replace(&mut self.dictionary, window);
        let (done, piece) = mpsc::sync_channel(1);
        let jobs = self
            .jobs
            .as_ref()
            .expect("jobs are taken until the stream is finished");
        let gone = |_| io::Error::other("no compression thread is left");
        jobs.send(Job {
            bytes,
            dictionary,
            last,
            done,
        })
        .map_err(gone)?;
        self.pending.push_back(piece);
        Ok(())
    }

    fn write_oldest(&mut self) -> io::Result<()> {
        let Some(oldest) = self.pending.pop_front() else {
            return Ok(());
        };
        let gone = |_| io::Error::other("a compression thread panicked");
        let piece = oldest.recv().map_err(gone)??;
        self.checksum.combine(&piece.checksum);
        self.inner.write_all(&piece.deflated)
    }
}

impl<W: Write> Write for ParallelGzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is kept until more comes, so that the last one is known to be the last.
        if self.chunk.len() == CHUNK {
            self.dispatch(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Deflates chunks until there are no more.
fn work(jobs: &Mutex<mpsc::Receiver<Job>>, level: u32) {
    let mut encoder = Compress::new(Compression::new(level), false);
    loop {
        let job = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        let Ok(job) = job else { return };
        let piece = deflate(&mut encoder, &job);
        // Nobody waits for it when the writer gave up.
        let _ = job.done.send(piece);
    }
}

fn deflate(encoder: &mut Compress, job: &Job) -> io::Result<Piece> {
    encoder.reset();
    if !job.dictionary.is_empty() {
        encoder.set_dictionary(&job.dictionary)?;
    }
    let flush = if job.last {
        FlushCompress::Finish
    } else {
        FlushCompress::Sync
    };
    // Incompressible data grows a little; the room below is more than deflate's worst case.
    let mut deflated = Vec::with_capacity(job.bytes.len() + job.bytes.len() / 256 + 1024);
    loop {
        let consumed = encoder.total_in() as usize;
        let status = encoder.compress_vec(&job.bytes[consumed..], &mut deflated, flush)?;
        let complete = match status {
            Status::StreamEnd => true,
            // A flush is complete when there was room left after it.
            Status::Ok | Status::BufError => {
                !job.last
                    && encoder.total_in() as usize == job.bytes.len()
                    && deflated.len() < deflated.capacity()
            }
        };
        if complete {
            break;
        }
        deflated.reserve(64 << 10);
    }
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&job.bytes);
    Ok(Piece { deflated, checksum })
}
