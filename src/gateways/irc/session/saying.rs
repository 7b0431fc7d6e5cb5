//! What a session says to its client: replies with their numbers, failures, and all answers of a line under its label.

use super::Session;
use crate::protocol::irc::line::Reply;
use crate::protocol::irc::numeric::Numeric;

impl Session {
    /// A line to the client.
    pub fn send(&self, reply: Reply) {
        match &mut *self.answers.borrow_mut() {
            Some(answers) => answers.push(reply),
            None => self.write(reply),
        }
    }

    /// A numbered reply: the parameters, and then the text of the table.
    pub fn numeric(&self, numeric: Numeric, params: &[&str]) {
        let nick = self.nick();
        let mut all = vec![nick.as_str()];
        all.extend_from_slice(params);
        if !numeric.text.is_empty() {
            all.push(numeric.text);
        }
        self.send(Reply::new(self.state.name(), numeric.number, &all));
    }

    /// A numbered reply with another text than that of the table.
    pub fn numeric_saying(&self, numeric: Numeric, params: &[&str], text: &str) {
        self.numeric(Numeric { text: "", ..numeric }, &[params, &[text]].concat());
    }

    /// A failure as IRCv3 has it.
    pub fn fail(&self, command: &str, code: &str, context: &[&str], text: &str) {
        let params = [&[command, code], context, &[text]].concat();
        self.send(Reply::new(self.state.name(), "FAIL", &params));
    }

    /// From now on answers are collected, for this label.
    pub fn begin_answers(&self, label: &str) {
        *self.answers.borrow_mut() = Some(Vec::new());
        *self.label.borrow_mut() = Some(label.to_owned());
        self.comes_later.set(false);
    }

    /// Sends what was collected, under its label.
    pub fn end_answers(&self) {
        let (answers, label) = (self.answers.borrow_mut().take(), self.label.borrow_mut().take());
        let (Some(answers), Some(label)) = (answers, label) else { return };
        if !answers.is_empty() || !self.comes_later.get() {
            self.tell_labelled(answers, &label);
        }
    }

    /// Lines that belong to one label. Several of them are a batch, unless they are one already.
    pub fn tell_labelled(&self, mut answers: Vec<Reply>, label: &str) {
        let server = self.state.name().to_owned();
        let is_batch = answers.first().is_some_and(|line| line.command == "BATCH")
            && answers.iter().filter(|line| line.command == "BATCH").count() == 2
            && answers.last().is_some_and(|line| line.command == "BATCH");
        match answers.len() {
            _ if is_batch => {
                for (at, answer) in answers.into_iter().enumerate() {
                    self.write(if at == 0 { answer.tagged("label", label) } else { answer });
                }
            }
            0 => self.write(Reply::new(&server, "ACK", &[]).tagged("label", label)),
            1 => self.write(answers.remove(0).tagged("label", label)),
            _ => {
                let name = format!("l{}", self.state.next());
                let begin = Reply::new(&server, "BATCH", &[&format!("+{name}"), "labeled-response"]);
                self.write(begin.tagged("label", label));
                for answer in answers {
                    let is_inner = answer.tags.iter().any(|(key, _)| *key == "batch");
                    self.write(if is_inner { answer } else { answer.tagged("batch", name.as_str()) });
                }
                self.write(Reply::new(&server, "BATCH", &[&format!("-{name}")]));
            }
        }
    }
}
