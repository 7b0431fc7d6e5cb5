//! Who is there to hand files to, and which transfers there are. One for the whole server; its lock is held for a moment to
//! begin and to end a transfer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Mail, Mailbox};
use crate::config::FilesConfig;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::ids::UserId;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::file_word::FileWord;
use crate::telemetry::metrics::{FileOutcome, Metrics};

/// Chunks that may be on their way: what a transfer takes up in memory is this times the size of a chunk.
pub const CREDIT: u32 = 8;
/// Transfers of one sender that are waiting or under way.
const OF_ONE_SENDER: usize = 8;
/// Files that may wait for one person.
const FOR_ONE_PERSON: usize = 16;
/// Files that may wait for an answer in total, for each transfer that may be under way.
const WAITING: usize = 16;

/// All transfers of a server.
pub struct Exchange {
    limits: FilesConfig,
    clock: Clock,
    metrics: Metrics,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: u64,
    desks: HashMap<UserId, Vec<Arc<Mailbox>>>,
    transfers: HashMap<u64, Transfer>,
}

struct Transfer {
    from: Arc<Mailbox>,
    sender: UserId,
    receiver: UserId,
    /// As the receiver is asked.
    request: FileWord,
    size: u64,
    id: Option<String>,
    /// Once it was taken.
    course: Option<Arc<Course>>,
}

/// A file that somebody wants to hand over. All of it has been checked.
pub struct Offer {
    /// By whom.
    pub sender: UserId,
    /// Their name.
    pub from: String,
    /// To whom.
    pub receiver: UserId,
    /// Its name, cleaned.
    pub filename: String,
    /// Its bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// The id of the request.
    pub id: Option<String>,
}

/// A transfer under way. Both sides hold it.
pub struct Course {
    /// Which.
    pub transfer: u64,
    /// Bytes of the file.
    pub size: u64,
    /// The sender's connection.
    pub from: Arc<Mailbox>,
    /// The receiver's connection.
    pub to: Arc<Mailbox>,
    /// Bytes a second; 0 for no limit.
    rate: u64,
    began: Timestamp,
    /// Bytes given to the receiver.
    given: AtomicU64,
}

impl Course {
    /// So many bytes were given to the receiver: the sender may send another chunk, at once or after so long.
    pub fn gave(&self, bytes: usize, now: Timestamp) -> Duration {
        let given = self.given.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if self.rate == 0 {
            return Duration::ZERO;
        }
        let due = Duration::from_millis(given.saturating_mul(1000) / self.rate);
        // Never longer than a moment: the clock may stand still.
        due.saturating_sub(now.since(self.began)).min(Duration::from_secs(1))
    }
}

impl Exchange {
    /// Nobody is there.
    #[must_use]
    pub fn new(limits: FilesConfig, clock: Clock, metrics: Metrics) -> Arc<Self> {
        Arc::new(Self { limits, clock, metrics, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole before anything can fail.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Bytes have gone from one to the other.
    pub fn relayed(&self, bytes: usize) {
        self.metrics.file_bytes(bytes);
    }

    /// Somebody can be handed files from now on; those that wait for them are told.
    pub fn enter(&self, user: UserId, mailbox: &Arc<Mailbox>) {
        let mut state = self.state();
        state.desks.entry(user).or_default().push(Arc::clone(mailbox));
        let mut waiting: Vec<(&u64, &Transfer)> = state.transfers.iter().collect();
        waiting.retain(|(_, transfer)| transfer.receiver == user && transfer.course.is_none());
        waiting.sort_unstable_by_key(|(id, _)| **id);
        for (_, transfer) in waiting {
            mailbox.put(Mail::Word(transfer.request.clone()));
        }
    }

    /// A connection is over, and with it what it was sending and being given.
    pub fn leave(&self, user: UserId, mailbox: &Arc<Mailbox>) {
        let mut state = self.state();
        if let Some(desks) = state.desks.get_mut(&user) {
            desks.retain(|other| !Arc::ptr_eq(other, mailbox));
            if desks.is_empty() {
                state.desks.remove(&user);
            }
        }
        let concerns = |transfer: &Transfer| {
            let is_taking = transfer.course.as_ref().is_some_and(|course| Arc::ptr_eq(&course.to, mailbox));
            is_taking || Arc::ptr_eq(&transfer.from, mailbox)
        };
        let over: Vec<u64> = state.transfers.iter().filter(|(_, t)| concerns(t)).map(|(id, _)| *id).collect();
        for id in over {
            self.end(&mut state, id, Some(mailbox), FileOutcome::Broken, "the other side is gone; ask again to go on");
        }
    }

    /// Somebody wants to hand over a file: whoever it is for is asked, now or when they come.
    ///
    /// # Errors
    /// When it is too large, or too much is under way.
    pub fn offer(&self, from: &Arc<Mailbox>, offer: Offer) -> Result<(), Problem> {
        if self.limits.max_bytes == 0 {
            return Err(Problem::new(ErrorCode::Forbidden, "no files are handed over on this server"));
        }
        if offer.size > self.limits.max_bytes {
            let most = self.limits.max_bytes / (1024 * 1024);
            return Err(Problem {
                field: Some("size"),
                ..Problem::new(ErrorCode::TooLarge, format!("a file has at most {most} MiB here"))
            });
        }
        let mut state = self.state();
        let of_sender = state.transfers.values().filter(|transfer| transfer.sender == offer.sender).count();
        let for_receiver =
            state.transfers.values().filter(|t| t.receiver == offer.receiver && t.course.is_none()).count();
        if of_sender >= OF_ONE_SENDER {
            let message = format!("{OF_ONE_SENDER} of your files are waiting or under way; wait for one of them");
            return Err(Problem::new(ErrorCode::RateLimited, message));
        }
        if for_receiver >= FOR_ONE_PERSON || state.transfers.len() >= self.limits.at_once * WAITING {
            return Err(Problem::new(ErrorCode::Unavailable, "too many files are waiting; try later"));
        }
        state.last += 1;
        let transfer_id = state.last;
        let Offer { sender, from: name, receiver, filename, size, sha256, id } = offer;
        let request = FileWord::FileTransferRequest {
            filename,
            size,
            sha256,
            to: None,
            from: Some(name),
            transfer_id: Some(transfer_id),
            id: None,
        };
        for desk in state.desks.get(&receiver).into_iter().flatten() {
            desk.put(Mail::Word(request.clone()));
        }
        let from = Arc::clone(from);
        state.transfers.insert(transfer_id, Transfer { from, sender, receiver, request, size, id, course: None });
        Ok(())
    }

    /// Whoever was asked takes the file, or does not. The first of their connections that answers is it.
    ///
    /// # Errors
    /// When there is no such file for them, or no more can be under way.
    pub fn answer(&self, user: UserId, to: &Arc<Mailbox>, id: u64, offset: Option<u64>) -> Result<(), Problem> {
        let mut state = self.state();
        let under_way = state.transfers.values().filter(|transfer| transfer.course.is_some()).count();
        let transfer =
            state.transfers.get_mut(&id).filter(|transfer| transfer.receiver == user && transfer.course.is_none());
        let Some(transfer) = transfer else {
            return Err(Problem::field("transfer_id", "no file with this `transfer_id` waits for you"));
        };
        let Some(offset) = offset else {
            let word = FileWord::FileTransferResponse {
                transfer_id: id,
                accept: false,
                offset: 0,
                credit: None,
                id: transfer.id.clone(),
            };
            transfer.from.put(Mail::Over(word));
            Self::withdraw(&state, id, to, "you have said no to it");
            state.transfers.remove(&id);
            self.metrics.file_ended(FileOutcome::Refused);
            return Ok(());
        };
        if offset > transfer.size {
            return Err(Problem::field("offset", "`offset` is more than the file has bytes"));
        }
        if under_way >= self.limits.at_once {
            return Err(Problem::new(ErrorCode::Unavailable, "too many files are under way; answer again in a moment"));
        }
        let course = Arc::new(Course {
            transfer: id,
            size: transfer.size,
            from: Arc::clone(&transfer.from),
            to: Arc::clone(to),
            rate: self.limits.bytes_per_second,
            began: self.clock.now(),
            given: AtomicU64::new(0),
        });
        transfer.course = Some(Arc::clone(&course));
        transfer.from.put(Mail::Taken { course, offset, id: transfer.id.clone() });
        Self::withdraw(&state, id, to, "it was answered on another connection of yours");
        Ok(())
    }

    /// The other connections of the person who was asked need not answer any more.
    fn withdraw(state: &State, id: u64, but: &Arc<Mailbox>, why: &str) {
        let Some(receiver) = state.transfers.get(&id).map(|transfer| transfer.receiver) else { return };
        for desk in state.desks.get(&receiver).into_iter().flatten().filter(|desk| !Arc::ptr_eq(desk, but)) {
            desk.put(Mail::Word(over(id, why)));
        }
    }

    /// One side says that it is over: the receiver that all is well, or either that it has come to nothing.
    ///
    /// # Errors
    /// When it is not theirs, or not for them to say.
    pub fn complete(&self, who: &Arc<Mailbox>, id: u64, success: bool, message: Option<String>) -> Result<(), Problem> {
        let mut state = self.state();
        let (is_sender, is_receiver) = state.transfers.get(&id).map_or((false, false), |transfer| {
            let is_receiver = transfer.course.as_ref().is_some_and(|course| Arc::ptr_eq(&course.to, who));
            (Arc::ptr_eq(&transfer.from, who), is_receiver)
        });
        let message = message.map(|message| message.chars().filter(|c| !c.is_control()).take(200).collect::<String>());
        match (is_sender, is_receiver, success) {
            (_, true, true) => {
                let Some(transfer) = state.transfers.remove(&id) else { return Ok(()) };
                transfer.from.put(Mail::Over(FileWord::FileTransferComplete { transfer_id: id, success, message }));
                self.metrics.file_ended(FileOutcome::Done);
                Ok(())
            }
            (true, _, false) | (_, true, false) => {
                let why = message.unwrap_or_else(|| "the other side has given it up".to_owned());
                self.end(&mut state, id, Some(who), FileOutcome::Broken, &why);
                Ok(())
            }
            _ => Err(Problem::field("transfer_id", "there is no such transfer of yours")),
        }
    }

    /// A side has broken a rule: both are told.
    pub fn fail(&self, id: u64, why: &str) {
        let mut state = self.state();
        self.end(&mut state, id, None, FileOutcome::Broken, why);
    }

    /// Ends a transfer and tells both sides, but for one that knows.
    fn end(&self, state: &mut State, id: u64, but: Option<&Arc<Mailbox>>, outcome: FileOutcome, why: &str) {
        let Some(transfer) = state.transfers.remove(&id) else { return };
        let told = |mailbox: &Arc<Mailbox>| but.is_none_or(|but| !Arc::ptr_eq(but, mailbox));
        match &transfer.course {
            Some(course) if told(&course.to) => course.to.put(Mail::Over(over(id, why))),
            Some(_) => {}
            None => {
                for desk in state.desks.get(&transfer.receiver).into_iter().flatten().filter(|desk| told(desk)) {
                    desk.put(Mail::Word(over(id, why)));
                }
            }
        }
        if told(&transfer.from) {
            transfer.from.put(Mail::Over(over(id, why)));
        }
        self.metrics.file_ended(outcome);
    }
}

fn over(transfer_id: u64, why: &str) -> FileWord {
    FileWord::FileTransferComplete { transfer_id, success: false, message: Some(why.to_owned()) }
}
