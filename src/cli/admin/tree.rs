//! What can be typed behind `parlor admin`.

use clap::{Arg, ArgAction, Command, value_parser};

use crate::config::clap_args;

/// The whole command.
pub fn command() -> Command {
    let nouns = [user(), bot(), token(), room(), invite(), ban(), setting(), audit()];
    let nouns = nouns.map(|noun| {
        noun.subcommand_required(true)
            .mut_subcommands(|verb| verb.arg(as_json()).args(super::there::flags()).args(clap_args()))
    });
    Command::new("admin")
        .about("Runs the server's affairs: at the machine itself while the server is stopped, or with --server while it runs")
        .after_help(
            "Without --server it opens the database of --data, and acts as `console`. With --server URL it asks a running \
             server, as the account of a token with the scope admin (--token, or the variable PARLOR_TOKEN).",
        )
        .subcommand_required(true)
        .subcommands(nouns)
}

fn verb(name: &'static str, about: &'static str) -> Command {
    Command::new(name).about(about)
}

fn needed(name: &'static str, shown: &'static str) -> Arg {
    Arg::new(name).value_name(shown).required(true)
}

fn option(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("TEXT").help(help)
}

fn number(name: &'static str, most: i64, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u32).range(1..=most)).help(help)
}

fn switch() -> Arg {
    Arg::new("switch").value_parser(["on", "off"]).default_value("on").value_name("on|off").help("On unless given")
}

fn yes() -> Arg {
    let help = "Nothing brings it back: say that you mean it";
    Arg::new("yes").long("yes").action(ArgAction::SetTrue).required(true).help(help)
}

fn as_json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Shows a line of JSON for each")
}

fn user() -> Command {
    let trouble = Arg::new("trouble").long("trouble").action(ArgAction::SetTrue);
    let name = || needed("name", "NAME");
    Command::new("user").about("Accounts").subcommands([
        verb("list", "Lists accounts")
            .arg(Arg::new("part").long("name").value_name("TEXT").help("Only with this in the name"))
            .arg(option("role", "Only with this role").value_parser(["bot", "member", "moderator", "admin", "owner"]))
            .arg(trouble.help("Only suspended, silenced or banned ones")),
        verb("show", "Shows one account").arg(name()),
        verb("role", "Gives a role").arg(name()).arg(needed("role", "ROLE").value_parser([
            "member",
            "moderator",
            "admin",
            "owner",
        ])),
        verb("suspend", "Lets no login of it work").arg(name()).arg(option("reason", "What they are told")),
        verb("unsuspend", "Ends a suspension").arg(name()),
        verb("silence", "Lets it read only").arg(name()).arg(switch()),
        verb("trust", "Trusts it although it is new").arg(name()).arg(switch()),
        verb("logout", "Ends all of its logins and tokens").arg(name()),
        verb("reset", "Makes a link for a new password; it works once").arg(name()),
        verb("delete", "Deletes it; what it wrote stays").arg(name()).arg(yes()),
    ])
}

fn bot() -> Command {
    Command::new("bot")
        .about("Accounts with tokens only")
        .subcommands([verb("list", "Lists bots"), verb("add", "Makes one").arg(needed("name", "NAME"))])
}

fn token() -> Command {
    let scope = option("scope", "What it is good for").value_parser(["read", "write", "admin"]).default_value("write");
    let rooms = Arg::new("rooms").long("room").value_name("ROOM").action(ArgAction::Append);
    Command::new("token").about("Tokens; nobody can see their secrets again").subcommands([
        verb("list", "Lists the tokens of everybody").arg(option("owner", "Only with this in the name of the account")),
        verb("add", "Makes one for a bot; people make their own in the settings")
            .arg(needed("bot", "BOT"))
            .arg(option("label", "What it is for").default_value("made by parlor admin"))
            .arg(scope)
            .arg(rooms.help("Only for this room; may be given more than once"))
            .arg(number("days", 3650, "Ends after so many days; never unless given")),
        verb("revoke", "Ends one").arg(needed("token", "ID")),
    ])
}

fn room() -> Command {
    let name = || needed("room", "ROOM");
    Command::new("room").about("Rooms").subcommands([
        verb("list", "Lists rooms, but no direct ones")
            .arg(Arg::new("part").long("name").value_name("TEXT").help("Only with this in the name")),
        verb("retention", "Keeps messages for so long")
            .arg(name())
            .arg(needed("days", "DAYS|default").help("0 is for ever; `default` as on the whole server")),
        verb("archive", "Lets nobody write there any more; needs --server").arg(name()).arg(switch()),
        verb("owner", "Gives it to somebody; needs --server").arg(name()).arg(needed("owner", "NAME")),
        verb("delete", "Deletes it with everything in it").arg(name()).arg(yes()),
    ])
}

fn invite() -> Command {
    Command::new("invite").about("Links by which somebody registers").subcommands([
        verb("list", "Lists the open ones of everybody"),
        verb("add", "Makes one")
            .arg(option("room", "The room it leads into; needs --server"))
            .arg(number("uses", 1000, "How many accounts it makes; any number unless given"))
            .arg(number("days", 365, "For how many days it is good").default_value("7")),
        verb("revoke", "Takes one back").arg(needed("code", "CODE")),
    ])
}

fn ban() -> Command {
    Command::new("ban").about("Who is shut out").subcommands([
        verb("list", "Lists bans"),
        verb("add", "Shuts somebody out")
            .arg(needed("whom", "WHOM").help("A name, an address or a network such as 192.0.2.0/24"))
            .arg(option("reason", "What they are told"))
            .arg(option("until", "When it ends, such as 2027-01-31T12:00:00Z; never unless given")),
        verb("lift", "Takes a ban back").arg(needed("id", "NUMBER").value_parser(value_parser!(i64))),
    ])
}

fn setting() -> Command {
    Command::new("setting").about("What holds without a restart").subcommands([
        verb("list", "Lists them"),
        verb("set", "Changes one").arg(needed("key", "NAME")).arg(needed("value", "VALUE").allow_hyphen_values(true)),
    ])
}

fn audit() -> Command {
    Command::new("audit").about("What was done").subcommands([
        verb("list", "Lists the newest hundred entries"),
        verb("verify", "Checks that nothing was changed or cut out"),
        verb("export", "Shows every entry, the newest first, a line of JSON each"),
    ])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_flags_fit_together() {
        super::command().debug_assert();
    }
}
