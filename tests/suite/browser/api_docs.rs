//! The description of the API in a browser: it unfolds, nothing on it is in anybody's way.

use super::accessibility::{LOOKS, assert_accessible, assert_quiet};
use super::owned_by;
use crate::support::Chrome;

#[tokio::test]
async fn endpoints_unfold_in_every_look() {
    let (server, _ann) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    for (what, look) in LOOKS {
        let window = chrome.window(&server, look).await;

        window.goto("/api/docs").await;
        window.click("#rooms_create .endpoint__line").await;

        window.see("#rooms_create .api-fields").await;
        assert!(window.text("#rooms_create .endpoint__body").await.contains("NewRoomName"));
        let wide = window.value("document.documentElement.scrollWidth > document.documentElement.clientWidth").await;
        assert_eq!(wide, false, "{what}: it does not scroll sideways");
        window.screenshot(&format!("api docs, {what}")).await;
        assert_accessible(&window, what).await;
        assert_quiet(&window, what).await;
    }
}
