//! The loop of the client: what happens goes into the state, what the state wants done is done, and what has changed is
//! drawn, sixty times a second at most and not at all when nothing happens.

use std::io;
use std::time::{Duration, SystemTime};

use crossterm::event::EventStream;
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::effect::{Effect, Input};
use super::ground;
use super::screen::Screen;
use super::state::{App, Setup};
use super::theme::Depth;
use super::update::{update, wakes_at};
use crate::client::backoff::Waits;
use crate::client::{
    Client, ClientError, Enclosed, Event, Events, FarBehind, Identity, JoinOptions, ServerAddress, Settings,
};
use crate::domain::clock::Clock;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(16);
/// The longest wait between two tries to connect.
const MOST_WAIT: Duration = Duration::from_secs(6);
/// How often it is looked whether the machine has slept.
const WATCH: Duration = Duration::from_secs(15);
/// The clock of the day has gone on for so much more than ours: the machine has slept.
const SLEPT: Duration = Duration::from_secs(10);
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// Answers that wait to be taken.
const WAITING: usize = 256;

/// What a session begins with.
pub struct Start {
    /// The server.
    pub address: ServerAddress,
    /// Where it speaks HTTP, if that is known.
    pub http: Option<ServerAddress>,
    /// Who sits here.
    pub identity: Identity,
    /// How it looks, and where it begins.
    pub setup: Setup,
    /// Keeps the name of a look for the next time.
    pub keep_theme: Box<dyn Fn(&str)>,
}

/// The line to the server.
struct Connection {
    client: Client,
    events: Events,
    letters: mpsc::UnboundedSender<Effect>,
    is_over: bool,
}

/// Runs until whoever sits here has enough.
///
/// # Errors
/// When there is no terminal, or when there never was a connection and never will be.
pub async fn run(start: Start) -> Result<(), ClientError> {
    let clock = Clock::System;
    let mut setup = start.setup.clone();
    let screen = Screen::open(setup.has_mouse).map_err(no_terminal)?;
    if setup.abilities.is_light.is_none() && setup.abilities.depth != Depth::None {
        setup.abilities.is_light = ground::is_light().await;
    }
    let mut app = App::new(setup, clock.now());
    let (answers, answered) = mpsc::channel(WAITING);
    let connection = connect(&start, start.identity.clone(), &answers);
    let signals = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()].map(signal);
    let mut signals = signals.into_iter().collect::<io::Result<Vec<Signal>>>().map_err(no_terminal)?;
    let mut session = Session { start, clock, screen, answers, connection, was_up: false };
    let outcome = session.work(&mut app, answered, &mut signals).await;
    session.end().await;
    outcome
}

fn no_terminal(error: io::Error) -> ClientError {
    ClientError::Ended { reason: format!("the terminal cannot be used: {error}") }
}

fn connect(start: &Start, identity: Identity, answers: &mpsc::Sender<Input>) -> Connection {
    // Somebody sits here and waits; it is shorter than a program would.
    let waits = Waits { most: MOST_WAIT, ..Waits::default() };
    let settings = Settings { waits, http: start.http.clone(), ..Settings::default() };
    let (client, events) = Client::start(start.address.clone(), identity, settings);
    let (letters, posted) = mpsc::unbounded_channel();
    tokio::spawn(post(client.clone(), posted, answers.clone()));
    Connection { client, events, letters, is_over: false }
}

/// Gives messages to the client one after the other, so that they are stored in the order in which they were written.
/// The queue has no bound of its own: people type, and what is in it is on the screen.
async fn post(client: Client, mut posted: mpsc::UnboundedReceiver<Effect>, answers: mpsc::Sender<Input>) {
    while let Some(effect) = posted.recv().await {
        match effect {
            Effect::Send { room, text, reply_to, nonce } => {
                let enclosed = Enclosed { reply_to, nonce: Some(nonce.clone()) };
                let receipt = client.send_with(&room, &text, enclosed).await;
                let answers = answers.clone();
                tokio::spawn(async move {
                    let outcome = match receipt {
                        Ok(receipt) => receipt.acked().await,
                        Err(why) => Err(why),
                    };
                    let _ = answers.send(Input::Sent(room, nonce, outcome)).await;
                });
            }
            // When the client has ended, so has everything else.
            Effect::Withdraw(nonce) => drop(client.withdraw(&nonce).await),
            Effect::Leave(room) => drop(client.leave(&room).await),
            Effect::Tell(command) => drop(client.tell(command).await),
            Effect::Reconnect => drop(client.reconnect().await),
            _ => {}
        }
    }
}

struct Session {
    start: Start,
    clock: Clock,
    screen: Screen,
    answers: mpsc::Sender<Input>,
    connection: Connection,
    was_up: bool,
}

impl Session {
    async fn work(
        &mut self,
        app: &mut App,
        mut answered: mpsc::Receiver<Input>,
        signals: &mut [Signal],
    ) -> Result<(), ClientError> {
        let mut keys = EventStream::new();
        let mut watch = interval(WATCH);
        watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = (Instant::now(), SystemTime::now());
        let (mut is_dirty, mut drawn_at) = (true, Instant::now() - FRAME);
        loop {
            if is_dirty && drawn_at.elapsed() >= FRAME {
                app.now = self.clock.now();
                self.screen.draw(app).map_err(no_terminal)?;
                (is_dirty, drawn_at) = (false, Instant::now());
            }
            let now = self.clock.now();
            let tick_at = wakes_at(app).map(|at| Instant::now() + at.since(now));
            let input = tokio::select! {
                key = keys.next() => match key {
                    Some(Ok(event)) => Input::Terminal(event),
                    // The terminal is gone.
                    _ => return Ok(()),
                },
                event = self.connection.events.next(), if !self.connection.is_over => {
                    let Some(event) = event else {
                        self.connection.is_over = true;
                        continue;
                    };
                    if let Event::Ended(why) = &event && !self.was_up {
                        return Err(why.clone());
                    }
                    self.was_up |= matches!(event, Event::Connected { .. });
                    Input::News(event)
                },
                Some(input) = answered.recv() => input,
                () = sleep_until(tick_at.unwrap_or_else(Instant::now)), if tick_at.is_some() => Input::Tick,
                () = sleep_until(drawn_at + FRAME), if is_dirty => continue,
                _ = watch.tick() => {
                    let slept = seen.1.elapsed().unwrap_or_default().saturating_sub(seen.0.elapsed());
                    seen = (Instant::now(), SystemTime::now());
                    if slept < SLEPT {
                        continue;
                    }
                    Input::Woke
                }
                () = any(signals) => return Ok(()),
            };
            is_dirty = true;
            let is_resized = matches!(input, Input::Terminal(crossterm::event::Event::Resize(..)));
            if is_resized {
                self.screen.forget().map_err(no_terminal)?;
            }
            for effect in update(app, input, self.clock.now()) {
                if !self.carry_out(app, effect).map_err(no_terminal)? {
                    return Ok(());
                }
            }
        }
    }

    /// False at the end.
    fn carry_out(&mut self, app: &mut App, effect: Effect) -> io::Result<bool> {
        let (client, answers) = (self.connection.client.clone(), self.answers.clone());
        match effect {
            Effect::Join { room, after, looks, create, key } => {
                let far_behind = FarBehind::StartAfresh;
                let options = JoinOptions { after, create, listens_only: !looks, far_behind, key };
                tokio::spawn(async move {
                    let outcome = client.join(&room, options).await;
                    let _ = answers.send(Input::Joined(room, outcome)).await;
                });
            }
            Effect::Ask(about, command) => {
                tokio::spawn(async move {
                    let outcome = client.ask(command).await;
                    let _ = answers.send(Input::Answered(about, outcome)).await;
                });
            }
            Effect::Call(about, call) => {
                tokio::spawn(async move {
                    let outcome = client.call(&call).await.map(|body| match body {
                        serde_json::Value::Object(map) => map,
                        _ => serde_json::Map::new(),
                    });
                    let _ = answers.send(Input::Answered(about, outcome)).await;
                });
            }
            Effect::ComeInAs(name) => {
                self.connection = connect(&self.start, Identity::Guest(name), &self.answers);
                let again = update(app, Input::CameInAs, self.clock.now());
                debug_assert!(again.is_empty(), "coming in does nothing but forget");
            }
            Effect::KeepTheme(name) => (self.start.keep_theme)(name),
            Effect::Mouse(is_on) => self.screen.mouse(is_on)?,
            Effect::Ring => self.screen.ring()?,
            Effect::Quit => return Ok(false),
            other => drop(self.connection.letters.send(other)),
        }
        Ok(true)
    }

    /// Gives the terminal back and says goodbye to the server.
    async fn end(self) {
        let Self { screen, connection: Connection { client, mut events, letters, .. }, .. } = self;
        drop(screen);
        drop((client, letters));
        let _ = timeout(GOODBYE, async { while events.next().await.is_some() {} }).await;
    }
}

/// Waits for one of them.
async fn any(signals: &mut [Signal]) {
    let each = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
    futures_util::future::select_all(each).await;
}
