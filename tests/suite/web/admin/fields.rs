//! Nonsense in a field is refused beside it, and what was typed stays.

use super::Staff;

/// A form, a field of it, nonsense.
const NONSENSE: [(&str, &str, &str); 15] = [
    ("/admin/people/bob/role", "role", "emperor"),
    ("/admin/people/bob/role", "role", "bot"),
    ("/admin/people/bob/role", "role", "owner"),
    ("/admin/people/bob/suspend", "reason", "a\nb"),
    ("/admin/rooms/lobby/owner", "whom", "nobody-of-this-name"),
    ("/admin/rooms/lobby/retention", "days", "many"),
    ("/admin/rooms/lobby/retention", "days", "-1"),
    ("/admin/rooms/lobby/retention", "days", "99999999"),
    ("/admin/bans", "whom", "10.0.0.0/1"),
    ("/admin/bans", "whom", "10.0.0.0/nine"),
    ("/admin/bans", "whom", "nobody-of-this-name"),
    ("/admin/bans", "whom", "adam"),
    ("/admin/bans", "whom", "olga"),
    ("/admin/bans", "reason", "a\nb"),
    ("/admin/bans", "ends_at", "soon"),
];

#[tokio::test]
async fn nonsense_is_refused_beside_its_field() {
    let staff = Staff::gather().await;
    let before = staff.api().await.get("/api/v1/admin/audit").await.json();
    for (form, field, value) in NONSENSE {
        let whom = if field == "whom" { value } else { "bob" };
        let mut fields = vec![(field, value)];
        if form == "/admin/bans" && field != "whom" {
            fields.push(("whom", whom));
        }

        let page = staff.admin.post(form, &fields).await;

        assert_eq!(page.status, 422, "{form} {field}={value}: {}", page.body);
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{form} {field}={value}: {}", page.body);
        assert!(page.body.contains("aria-invalid=\"true\""), "{form} {field}={value}");
        if field != "role" {
            let kept = value.replace('\n', " ");
            assert!(page.body.replace('\n', " ").contains(&format!("value=\"{kept}\"")), "{form}: {}", page.body);
        }
    }
    assert_eq!(staff.api().await.get("/api/v1/admin/audit").await.json(), before, "nothing was done");
    let past = staff.admin.post("/admin/bans", &[("whom", "bob"), ("ends_at", "2020-01-01T00:00")]).await;
    assert!(past.status == 422 && past.body.contains("id=\"ends_at-error\""), "{}", past.body);
}

#[tokio::test]
async fn settings_are_all_saved_or_none() {
    let staff = Staff::gather().await;
    for (field, value) in [
        ("server_name", ""),
        ("message_of_the_day", "a\nb"),
        ("accent", "red"),
        ("guests", "maybe"),
        ("registration", "never"),
        ("quarantine_hours", "-1"),
    ] {
        let good = [("server_name", "Another"), ("message_of_the_day", "Hello"), ("accent", "#336699")];
        let good = good.into_iter().filter(|(name, _)| *name != field);
        let fields: Vec<_> = std::iter::once((field, value)).chain(good).collect();

        let page = staff.admin.post("/admin/settings", &fields).await;

        assert_eq!(page.status, 422, "{field}: {}", page.body);
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", page.body);
        assert_eq!(page.body.matches("field__error").count(), 1, "{field}");
        let settings = staff.api().await.get("/api/v1/admin/settings").await.body;
        assert!(!settings.contains("Another") && !settings.contains("#336699"), "{field}: {settings}");
    }
}

#[tokio::test]
async fn nobody_decides_about_themselves_or_those_above() {
    let staff = Staff::gather().await;
    for name in ["olga", "adam"] {
        let refused = staff.admin.post(&format!("/admin/people/{name}/suspend"), &[]).await;

        assert_eq!(refused.status, 422, "{name}: {}", refused.body);
        assert!(refused.body.contains("role=\"alert\""), "{name}: {}", refused.body);
    }
    let last = staff.owner.post("/admin/people/olga/role", &[("role", "member")]).await;
    assert!(last.status == 422 && last.body.contains("id=\"role-error\""), "the last owner stays: {}", last.body);
    let page = staff.admin.get("/admin/people/olga").await.body;
    assert!(!page.contains("/admin/people/olga/suspend"), "{page}");
    let lobby = staff.admin.post("/admin/rooms/lobby/archive", &[("archived", "yes")]).await;
    assert!(lobby.status == 422 && lobby.body.contains("role=\"alert\""), "{}", lobby.body);
}
