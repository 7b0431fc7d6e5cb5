//! The servers somebody has logged in to, in a file of theirs that nobody else may read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use derive_more::{Display, Error};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::address::ServerAddress;

/// What is wrong with the file.
#[derive(Debug, Display, Error)]
pub enum ProfileError {
    /// There is nowhere to look for it.
    #[display("there is no folder for settings: set HOME or XDG_CONFIG_HOME")]
    NoFolder,
    /// Somebody else could read or change it.
    #[display("{} holds tokens, and {who}; run: chmod {mode} {}", path.display(), path.display())]
    Open {
        /// Which file or folder.
        path: PathBuf,
        /// Who could do what.
        who: &'static str,
        /// What would be right.
        mode: &'static str,
    },
    /// It cannot be read or written.
    #[display("{} cannot be used: {why}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// As the system or the reader says it.
        why: String,
    },
}

/// A server somebody has logged in to.
#[derive(Clone)]
pub struct Profile {
    /// The address as it was typed.
    pub url: String,
    /// The name of the account.
    pub name: String,
    /// What opens it.
    pub token: SecretString,
    /// The certificates that are trusted instead of those that browsers trust.
    pub tls_ca: Option<PathBuf>,
    /// Where the server speaks HTTP, if the address is another door and somebody has said so.
    pub http: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    url: String,
    name: String,
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_ca: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<String>,
    #[serde(default, rename = "profile")]
    profiles: Vec<Kept>,
}

/// The file.
pub struct Profiles {
    path: PathBuf,
    file: File,
}

/// Where it is: `parlor/client.toml` in the folder for settings (XDG Base Directory Specification).
///
/// # Errors
/// When neither variable is set.
pub fn path(variable: impl Fn(&str) -> Option<String>) -> Result<PathBuf, ProfileError> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Ok(folder.ok_or(ProfileError::NoFolder)?.join("parlor").join("client.toml"))
}

impl Profiles {
    /// Reads the file; without one there are no profiles.
    ///
    /// # Errors
    /// When others could read it, or it is not what was written.
    pub fn read(path: PathBuf) -> Result<Self, ProfileError> {
        let unusable = |why: String| ProfileError::Unusable { path: path.clone(), why };
        let text = match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { path, file: File::default() });
            }
            Err(error) => return Err(unusable(error.to_string())),
            Ok(found) => {
                check(&path, &found)?;
                fs::read_to_string(&path).map_err(|error| unusable(error.to_string()))?
            }
        };
        // The reader's own words could show a token.
        let file = toml::from_str(&text).map_err(|_| unusable("it is not as `parlor login` writes it".to_owned()))?;
        Ok(Self { path, file })
    }

    /// The servers, the last one that was logged in to first.
    #[must_use]
    pub fn all(&self) -> Vec<Profile> {
        let profile = |kept: &Kept| Profile {
            url: kept.url.clone(),
            name: kept.name.clone(),
            token: kept.token.clone().into(),
            tls_ca: kept.tls_ca.clone(),
            http: kept.http.clone(),
        };
        self.file.profiles.iter().map(profile).collect()
    }

    /// The one for this server.
    #[must_use]
    pub fn of(&self, address: &ServerAddress) -> Option<Profile> {
        let leads_there = |url: &str| ServerAddress::parse(url).is_ok_and(|other| other.is_same_server(address));
        self.all().into_iter().find(|profile| leads_there(&profile.url))
    }

    /// The one that opens this address: the one for this server, else the one login for another door of the same host. With
    /// several of those there is no knowing which server it is.
    #[must_use]
    pub fn opening(&self, address: &ServerAddress) -> Option<Profile> {
        let is_door = |profile: &Profile| ServerAddress::parse(&profile.url).is_ok_and(|own| own.has_door(address));
        self.of(address).or_else(|| {
            let mut found: Vec<Profile> = self.all().into_iter().filter(is_door).collect();
            found.pop().filter(|_| found.is_empty())
        })
    }

    /// The look that somebody chose.
    #[must_use]
    pub fn theme(&self) -> Option<&str> {
        self.file.theme.as_deref()
    }

    /// Keeps a look.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_theme(&mut self, theme: &str) -> Result<(), ProfileError> {
        self.file.theme = Some(theme.to_owned());
        self.write()
    }

    /// Keeps a login, instead of the one for this server that was there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, profile: &Profile, address: &ServerAddress) -> Result<(), ProfileError> {
        self.forget(address);
        let Profile { url, name, token, tls_ca, http } = profile.clone();
        self.file.profiles.insert(0, Kept { url, name, token: token.expose_secret().to_owned(), tls_ca, http });
        self.write()
    }

    /// Lets go of the login for this server. False when there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove(&mut self, address: &ServerAddress) -> Result<bool, ProfileError> {
        if !self.forget(address) {
            return Ok(false);
        }
        self.write().map(|()| true)
    }

    fn forget(&mut self, address: &ServerAddress) -> bool {
        let count = self.file.profiles.len();
        let leads_there = |url: &str| ServerAddress::parse(url).is_ok_and(|other| other.is_same_server(address));
        self.file.profiles.retain(|kept| !leads_there(&kept.url));
        self.file.profiles.len() < count
    }

    /// The whole file anew, in one step: it is the old one or the new one, and never readable by others.
    fn write(&self) -> Result<(), ProfileError> {
        let unusable = |why: String| ProfileError::Unusable { path: self.path.clone(), why };
        let failed = |error: std::io::Error| unusable(error.to_string());
        let text = toml::to_string(&self.file).map_err(|error| unusable(error.to_string()))?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.exists()) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        let beside = self.path.with_extension(format!("toml.{}", std::process::id()));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        let moved = written.and_then(|()| fs::rename(&beside, &self.path));
        moved.map_err(|error| {
            let _ = fs::remove_file(&beside);
            failed(error)
        })
    }
}

/// Refuses what others can read, and a folder in which others could put another file in its place.
fn check(path: &Path, found: &fs::Metadata) -> Result<(), ProfileError> {
    let open = |path: &Path, who, mode| ProfileError::Open { path: path.to_owned(), who, mode };
    if found.mode() & 0o077 != 0 {
        return Err(open(path, "other users of this machine can read it", "600"));
    }
    let folder = path.parent().and_then(|folder| Some((folder, fs::metadata(folder).ok()?)));
    match folder {
        Some((folder, found)) if found.mode() & 0o022 != 0 => {
            Err(open(folder, "other users of this machine can change what is in it", "700"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn profile(url: &str, name: &str) -> (Profile, ServerAddress) {
        let token = format!("parlor_{name}").into();
        let profile = Profile { url: url.into(), name: name.into(), token, tls_ca: Some("ca.crt".into()), http: None };
        (profile, ServerAddress::parse(url).unwrap())
    }

    #[test]
    fn logins_are_kept_where_only_their_owner_can_read_them() {
        let folder = tempfile::TempDir::new().unwrap();
        let home = folder.path().to_string_lossy().into_owned();
        let path = path(|name| (name == "HOME").then(|| home.clone())).unwrap();
        assert_eq!(path, folder.path().join(".config/parlor/client.toml"));
        let mut profiles = Profiles::read(path.clone()).unwrap();
        let (ann, address) = profile("https://chat.example.org", "ann");
        profiles.put(&ann, &address).unwrap();
        profiles.put(&profile("http://other:81", "bob").0, &profile("http://other:81", "bob").1).unwrap();
        profiles.set_theme("dark").unwrap();

        let read = Profiles::read(path.clone()).unwrap();
        let found = read.of(&ServerAddress::parse("wss://chat.example.org/ws").unwrap()).unwrap();
        assert_eq!((found.name.as_str(), found.token.expose_secret()), ("ann", "parlor_ann"));
        assert_eq!((read.all()[0].name.as_str(), read.theme()), ("bob", Some("dark")));
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

        let (again, address) = profile("https://chat.example.org:443/", "carol");
        profiles.put(&again, &address).unwrap();
        assert_eq!(profiles.all().len(), 2, "one login for each server");
        assert!(profiles.remove(&address).unwrap() && !profiles.remove(&address).unwrap());
        assert_eq!(Profiles::read(path).unwrap().all().len(), 1);
    }

    #[test]
    fn a_login_opens_the_other_doors_of_its_host_unless_it_could_be_another_server() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut profiles = Profiles::read(folder.path().join("parlor/client.toml")).unwrap();
        let opening = |profiles: &Profiles, url: &str| {
            profiles.opening(&ServerAddress::parse(url).unwrap()).map(|profile| profile.name)
        };
        let (ann, address) = profile("https://h", "ann");
        profiles.put(&ann, &address).unwrap();
        assert_eq!(opening(&profiles, "tcps://h").as_deref(), Some("ann"));
        assert_eq!((opening(&profiles, "tcp://h"), opening(&profiles, "tcps://i")), (None, None));
        let (bob, address) = profile("https://h:8443", "bob");
        profiles.put(&bob, &address).unwrap();
        assert_eq!(opening(&profiles, "tcps://h"), None, "there are two servers");
        let (carol, address) = profile("tcps://h", "carol");
        profiles.put(&carol, &address).unwrap();
        assert_eq!(opening(&profiles, "tcps://h").as_deref(), Some("carol"));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("parlor/client.toml");
        let (ann, address) = profile("https://chat.example.org", "ann");
        Profiles::read(path.clone()).unwrap().put(&ann, &address).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Profiles::read(path.clone()).err().unwrap().to_string();
        assert!(refused.contains("can read it; run: chmod 600 "), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Profiles::read(path).err().unwrap().to_string().contains("chmod 700 "));
    }

    #[test]
    fn a_broken_file_is_refused_without_showing_what_is_in_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("client.toml");
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.open(&path).unwrap().write_all(b"token = \"parlor_secret\" !").unwrap();
        let refused = Profiles::read(path).err().unwrap().to_string();
        assert!(refused.contains("cannot be used") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn the_folder_is_the_one_of_the_system() {
        let of = |pairs: &'static [(&str, &str)]| {
            path(|name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]).unwrap(), Path::new("/x/parlor/client.toml"));
        assert_eq!(
            of(&[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.config/parlor/client.toml")
        );
        assert!(matches!(of(&[]), Err(ProfileError::NoFolder)));
    }
}
