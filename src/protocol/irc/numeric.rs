//! The numbered replies of IRC: name, number and text, in one table (RFC 2812, section 5, with the numbers of
//! modern.ircdocs.horse and of IRCv3). A reply whose text depends on something has none here.

macro_rules! numerics {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        $(
            #[doc = concat!("`", $number, "`: \"", $text, "\"")]
            pub const $name: Numeric = Numeric { name: stringify!($name), number: $number, text: $text };
        )*
        /// Every number there is.
        pub const ALL: &[Numeric] = &[$($name),*];
    };
}

/// One kind of reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric {
    /// As the standards call it.
    pub name: &'static str,
    /// Three digits.
    pub number: &'static str,
    /// What people read behind the parameters, if it is always the same.
    pub text: &'static str,
}

numerics! {
    RPL_WELCOME = "001", "Welcome";
    RPL_YOURHOST = "002", "Your host";
    RPL_CREATED = "003", "This server was created";
    RPL_MYINFO = "004", "";
    RPL_ISUPPORT = "005", "are supported by this server";
    RPL_ENDOFSTATS = "219", "End of /STATS report";
    RPL_UMODEIS = "221", "";
    RPL_STATSUPTIME = "242", "";
    RPL_LUSERCLIENT = "251", "";
    RPL_LUSEROP = "252", "operator(s) online";
    RPL_LUSERUNKNOWN = "253", "unknown connection(s)";
    RPL_LUSERCHANNELS = "254", "channels formed";
    RPL_LUSERME = "255", "";
    RPL_ADMINME = "256", "Administrative info";
    RPL_ADMINLOC1 = "257", "";
    RPL_ADMINEMAIL = "259", "";
    RPL_TRYAGAIN = "263", "Please wait a while and try again";
    RPL_LOCALUSERS = "265", "";
    RPL_GLOBALUSERS = "266", "";
    RPL_AWAY = "301", "";
    RPL_USERHOST = "302", "";
    RPL_ISON = "303", "";
    RPL_UNAWAY = "305", "You are no longer marked as being away";
    RPL_NOWAWAY = "306", "You have been marked as being away";
    RPL_WHOISUSER = "311", "";
    RPL_WHOISSERVER = "312", "";
    RPL_WHOISOPERATOR = "313", "keeps order on this server";
    RPL_WHOWASUSER = "314", "";
    RPL_ENDOFWHO = "315", "End of /WHO list";
    RPL_WHOISIDLE = "317", "seconds idle, signon time";
    RPL_ENDOFWHOIS = "318", "End of /WHOIS list";
    RPL_WHOISCHANNELS = "319", "";
    RPL_LISTSTART = "321", "Users  Name";
    RPL_LIST = "322", "";
    RPL_LISTEND = "323", "End of /LIST";
    RPL_CHANNELMODEIS = "324", "";
    RPL_CREATIONTIME = "329", "";
    RPL_WHOISACCOUNT = "330", "is logged in as";
    RPL_NOTOPIC = "331", "No topic is set";
    RPL_TOPIC = "332", "";
    RPL_TOPICWHOTIME = "333", "";
    RPL_WHOISBOT = "335", "is a bot";
    RPL_INVITELIST = "336", "";
    RPL_ENDOFINVITELIST = "337", "End of /INVITE list";
    RPL_INVITING = "341", "";
    RPL_INVEXLIST = "346", "";
    RPL_ENDOFINVEXLIST = "347", "End of channel invite exception list";
    RPL_EXCEPTLIST = "348", "";
    RPL_ENDOFEXCEPTLIST = "349", "End of channel exception list";
    RPL_VERSION = "351", "";
    RPL_WHOREPLY = "352", "";
    RPL_NAMREPLY = "353", "";
    RPL_WHOSPCRPL = "354", "";
    RPL_LINKS = "364", "";
    RPL_ENDOFLINKS = "365", "End of /LINKS list";
    RPL_ENDOFNAMES = "366", "End of /NAMES list";
    RPL_BANLIST = "367", "";
    RPL_ENDOFBANLIST = "368", "End of channel ban list";
    RPL_ENDOFWHOWAS = "369", "End of WHOWAS";
    RPL_INFO = "371", "";
    RPL_MOTD = "372", "";
    RPL_ENDOFINFO = "374", "End of /INFO list";
    RPL_MOTDSTART = "375", "Message of the day";
    RPL_ENDOFMOTD = "376", "End of /MOTD command";
    RPL_YOUREOPER = "381", "You are now an IRC operator";
    RPL_TIME = "391", "";
    ERR_UNKNOWNERROR = "400", "";
    ERR_NOSUCHNICK = "401", "No such nick";
    ERR_NOSUCHSERVER = "402", "No such server";
    ERR_NOSUCHCHANNEL = "403", "No such channel";
    ERR_CANNOTSENDTOCHAN = "404", "Cannot send to channel";
    ERR_TOOMANYCHANNELS = "405", "You have joined too many channels";
    ERR_WASNOSUCHNICK = "406", "There was no such nickname";
    ERR_NOORIGIN = "409", "No origin specified";
    ERR_INVALIDCAPCMD = "410", "Invalid CAP command";
    ERR_NORECIPIENT = "411", "No recipient given";
    ERR_NOTEXTTOSEND = "412", "No text to send";
    ERR_INPUTTOOLONG = "417", "Input line was too long";
    ERR_UNKNOWNCOMMAND = "421", "Unknown command";
    ERR_NOMOTD = "422", "There is no message of the day";
    ERR_NONICKNAMEGIVEN = "431", "No nickname given";
    ERR_ERRONEUSNICKNAME = "432", "Erroneous nickname";
    ERR_NICKNAMEINUSE = "433", "Nickname is already in use";
    ERR_USERNOTINCHANNEL = "441", "They aren't on that channel";
    ERR_NOTONCHANNEL = "442", "You're not on that channel";
    ERR_USERONCHANNEL = "443", "is already on channel";
    ERR_NOTREGISTERED = "451", "You have not registered";
    ERR_NEEDMOREPARAMS = "461", "Not enough parameters";
    ERR_ALREADYREGISTERED = "462", "You may not reregister";
    ERR_PASSWDMISMATCH = "464", "Password incorrect";
    ERR_YOUREBANNEDCREEP = "465", "You are banned from this server";
    ERR_CHANNELISFULL = "471", "Cannot join channel (+l)";
    ERR_UNKNOWNMODE = "472", "is an unknown mode to this server";
    ERR_INVITEONLYCHAN = "473", "Cannot join channel (+i)";
    ERR_BANNEDFROMCHAN = "474", "Cannot join channel (+b)";
    ERR_BADCHANNELKEY = "475", "Cannot join channel (+k)";
    ERR_BADCHANMASK = "476", "Bad channel name";
    ERR_NEEDREGGEDNICK = "477", "It takes an account; log in with SASL";
    ERR_BANLISTFULL = "478", "";
    ERR_NOPRIVILEGES = "481", "Permission denied: you are not an IRC operator";
    ERR_CHANOPRIVSNEEDED = "482", "You're not channel operator";
    ERR_CANTKILLSERVER = "483", "You cannot kill a server";
    ERR_NOOPERHOST = "491", "Nobody can become an operator here";
    ERR_UMODEUNKNOWNFLAG = "501", "Unknown mode flag";
    ERR_USERSDONTMATCH = "502", "Cannot change the mode of others";
    ERR_HELPNOTFOUND = "524", "There is no help about this";
    RPL_WHOISSECURE = "671", "is using a secure connection";
    ERR_INVALIDMODEPARAM = "696", "";
    RPL_HELPSTART = "704", "";
    RPL_HELPTXT = "705", "";
    RPL_ENDOFHELP = "706", "";
    RPL_MONONLINE = "730", "";
    RPL_MONOFFLINE = "731", "";
    RPL_MONLIST = "732", "";
    RPL_ENDOFMONLIST = "733", "End of MONITOR list";
    ERR_MONLISTFULL = "734", "Monitor list is full";
    RPL_LOGGEDIN = "900", "";
    RPL_LOGGEDOUT = "901", "You are now logged out";
    RPL_SASLSUCCESS = "903", "SASL authentication successful";
    ERR_SASLFAIL = "904", "SASL authentication failed";
    ERR_SASLTOOLONG = "905", "SASL message too long";
    ERR_SASLABORTED = "906", "SASL authentication aborted";
    RPL_SASLMECHS = "908", "are available SASL mechanisms";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_once_and_in_order() {
        let is_three_digits = |number: &str| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit());
        assert!(ALL.iter().all(|numeric| is_three_digits(numeric.number)));
        assert!(ALL.windows(2).all(|pair| pair[0].number < pair[1].number), "the table is sorted by number");
    }

    #[test]
    fn errors_have_numbers_of_errors() {
        for Numeric { name, number, .. } in ALL {
            let is_error = matches!(number.as_bytes()[0], b'4' | b'5')
                || ["696", "734", "904", "905", "906", "907"].contains(number);
            assert_eq!(is_error, name.starts_with("ERR_"), "{name}");
            assert!(is_error || name.starts_with("RPL_"), "{name}");
        }
    }

    #[test]
    fn texts_are_one_line() {
        assert!(ALL.iter().all(|numeric| !numeric.text.contains(['\r', '\n', '\0'])));
    }
}
