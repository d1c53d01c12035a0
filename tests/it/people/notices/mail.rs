//! A mail server for tests, on loopback: it keeps the letters that it takes, and makes the trouble that it is told to.

use std::sync::{Arc, Mutex};

use mail_parser::MessageParser;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it is with those who come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Takes every letter.
    Takes,
    /// Turns everybody away who connects, with these words.
    TurnsAway(&'static str),
    /// Answers this where it is told from whom a letter is.
    SaysOfUs(&'static str),
    /// Answers this where it is told to whom a letter goes.
    Says(&'static str),
    /// Never answers that.
    Silent,
    /// Takes a letter, and hangs up before it says so.
    HangsUp,
    /// Takes a letter, and says so once it is of another mood.
    Holds,
}

/// A letter that it took.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// To whom it said the letter goes, not the letter.
    pub(super) to: String,
    /// All of it, its lines ended by line feeds.
    pub(super) raw: String,
}

impl Letter {
    /// What its `Message-ID` says before the `@`.
    pub(super) fn id(&self) -> String {
        let read = MessageParser::new().parse(self.raw.as_bytes()).unwrap();
        read.message_id().unwrap().split_once('@').unwrap().0.to_owned()
    }

    pub(super) fn subject(&self) -> String {
        MessageParser::new().parse(self.raw.as_bytes()).unwrap().subject().unwrap().to_owned()
    }

    pub(super) fn text(&self) -> String {
        let read = MessageParser::new().parse(self.raw.as_bytes()).unwrap();
        read.body_text(0).unwrap().into_owned()
    }

    /// The code that stands in it on a line of its own.
    pub(super) fn code(&self) -> String {
        let text = self.text();
        let is_code = |line: &&str| line.len() == 24 && line.split('-').all(|group| group.len() == 4);
        text.lines().map(str::trim_end).find(is_code).unwrap().to_owned()
    }
}

/// One that listens.
pub(super) struct MailServer {
    pub(super) url: String,
    shared: Arc<Shared>,
    asked: watch::Receiver<usize>,
}

struct Shared {
    mood: Mutex<Mood>,
    letters: Mutex<Vec<Letter>>,
    /// How often it was told to whom a letter goes.
    asked: watch::Sender<usize>,
}

impl MailServer {
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (told, asked) = watch::channel(0);
        let shared = Arc::new(Shared { mood: Mutex::new(Mood::Takes), letters: Mutex::default(), asked: told });
        let serves = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serves);
                tokio::spawn(async move { serve(stream, &shared).await });
            }
        });
        Self { url, shared, asked }
    }

    pub(super) fn is(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }

    pub(super) fn letters(&self) -> Vec<Letter> {
        self.shared.letters.lock().unwrap().clone()
    }

    pub(super) fn last(&self) -> Letter {
        self.letters().pop().unwrap()
    }

    /// How often it was told to whom a letter goes.
    pub(super) fn times_asked(&self) -> usize {
        *self.asked.borrow()
    }

    /// Waits until it was told so often to whom a letter goes.
    pub(super) async fn was_asked(&self, times: usize) {
        self.asked.clone().wait_for(|asked| *asked >= times).await.unwrap();
    }
}

async fn serve(stream: TcpStream, shared: &Shared) {
    let mood = *shared.mood.lock().unwrap();
    let mut stream = BufReader::new(stream);
    if let Mood::TurnsAway(words) = mood {
        let _ = stream.get_mut().write_all(words.as_bytes()).await;
        return;
    }
    let (mut to, mut letter) = (String::new(), None::<String>);
    let mut answer = "220 mail.example ESMTP\r\n";
    loop {
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if let Some(raw) = letter.as_mut().filter(|_| line != ".") {
            // A dot at the beginning was doubled.
            raw.push_str(line.strip_prefix('.').unwrap_or(line));
            raw.push('\n');
            answer = "";
            continue;
        }
        let command = line.split([' ', ':']).next().unwrap_or_default();
        answer = match command {
            "EHLO" => "250-mail.example\r\n250 HELP\r\n",
            "MAIL" => {
                if let Mood::SaysOfUs(words) = mood {
                    words
                } else {
                    "250 2.1.0 ok\r\n"
                }
            }
            "RCPT" => {
                to = line.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
                shared.asked.send_modify(|asked| *asked += 1);
                match mood {
                    Mood::Says(words) => words,
                    Mood::Silent => std::future::pending().await,
                    Mood::Takes | Mood::HangsUp | Mood::Holds | Mood::TurnsAway(_) | Mood::SaysOfUs(_) => {
                        "250 2.1.5 ok\r\n"
                    }
                }
            }
            "DATA" => {
                letter = Some(String::new());
                "354 go ahead\r\n"
            }
            "." => {
                let raw = letter.take().unwrap();
                shared.letters.lock().unwrap().push(Letter { to: to.clone(), raw });
                if mood == Mood::HangsUp {
                    return;
                }
                while mood == Mood::Holds && *shared.mood.lock().unwrap() == Mood::Holds {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                "250 2.0.0 taken\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 2.0.0 ok\r\n",
        };
    }
}
