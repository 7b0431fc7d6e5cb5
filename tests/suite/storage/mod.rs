//! Storage: what every database has to do is told once, in `stories/`, against [`parlor::storage::Store`]; each
//! database has one file that runs all of it.
//!
//! **How to add a story:** a function in `stories/`, and its name in [`every_story`]. A story that is not listed is
//! dead code, and the build says so. **How to add a database:** a file beside `sqlite.rs` that gives `every_story` a
//! macro of its own.

/// Calls the macro `$run` with `topic::story` for each story there is.
macro_rules! every_story {
    ($run:ident) => {
        $run! {
            accounts::an_account_is_found_by_id_by_name_and_by_look_alike,
            accounts::a_name_that_looks_like_another_is_taken,
            accounts::only_one_of_two_first_accounts_is_made,
            accounts::accounts_are_listed_by_name_page_by_page,
            accounts::renaming_frees_the_old_name_and_respects_the_others,
            accounts::a_new_password_replaces_the_old_one,
            invites::an_invite_comes_back_as_it_was_made,
            invites::open_invites_of_everybody_are_listed_and_taken_back,
            invites::an_invite_for_one_makes_one_account_of_two_at_once,
            invites::somebody_with_an_account_uses_up_an_invite_too,
            invites::a_registration_that_fails_uses_nothing_up,
            invites::an_expired_invite_makes_no_account,
            invites::only_its_maker_takes_an_invite_back,
            devices::a_device_is_found_by_its_secret_until_it_expires,
            devices::a_device_that_is_used_lives_on,
            devices::devices_are_listed_by_kind_the_last_used_first,
            devices::only_its_owner_revokes_a_device,
            devices::revoking_the_others_keeps_one_and_the_tokens,
            order::what_was_decided_about_people_is_read_at_once,
            order::accounts_are_found_by_part_of_the_name_and_by_role,
            order::the_last_owner_stays_owner,
            order::the_audit_log_is_a_chain,
            order::a_message_is_reported_once_by_each_and_closed_once,
            rooms::the_lobby_is_there_from_the_start,
            rooms::a_new_room_begins_with_the_joins_of_its_members,
            rooms::a_room_whose_name_looks_like_another_is_refused,
            rooms::two_people_have_one_direct_room,
            rooms::a_list_of_rooms_names_the_other_one_of_a_direct_room,
            rooms::public_rooms_are_listed_by_name_page_by_page,
            rooms::members_are_listed_by_name_page_by_page,
            log::a_room_log_is_gapless,
            log::events_come_back_as_they_were_written,
            log::pages_go_backwards_and_forwards,
            log::appends_at_once_share_no_number,
            log::a_room_that_is_gone_takes_the_whole_batch_with_it,
            retries::a_repeated_nonce_gets_the_first_number,
            retries::a_nonce_repeated_in_one_batch_is_stored_once,
            retries::another_author_or_another_room_is_no_duplicate,
            retries::a_pruned_nonce_is_forgotten,
            memberships::joining_makes_a_member_who_has_read_so_far,
            memberships::leaving_ends_a_membership,
            memberships::the_last_word_of_a_batch_counts,
            memberships::a_guest_who_joins_is_no_member,
            memberships::a_cursor_moves_up_to_the_end_and_down_only_when_asked,
            search::words_and_phrases_are_found_the_newest_first,
            search::words_of_every_script_are_found,
            search::what_a_message_has_narrows_the_search,
            search::authors_narrow_the_search,
            search::days_and_places_narrow_the_search,
            search::nothing_is_found_outside_the_rooms_that_were_named,
            search::a_word_that_is_common_elsewhere_is_found_in_rooms_where_it_is_rare,
            search::a_changed_message_is_found_by_what_it_says_now,
            search::a_deleted_message_is_not_found_any_more,
            search::reactions_and_pins_are_found_while_they_are_there,
            search::the_index_goes_on_where_it_was_and_can_be_made_again,
            search::whoever_waits_for_the_log_is_told,
            search::neighbours_are_the_messages_around,
            search::known_rooms_are_the_public_ones_and_those_with_a_membership,
            search::accounts_are_found_by_the_beginning_of_their_names,
            search::a_search_for_nothing_finds_nothing,
            keys::a_key_is_claimed_once_and_its_answer_repeated,
            keys::a_key_of_another_request_is_told_apart,
            keys::a_released_key_may_be_claimed_again,
            keys::an_old_key_is_forgotten,
            keys::a_key_claimed_twice_at_once_is_claimed_once,
            profiles::who_has_said_nothing_has_what_everybody_has,
            profiles::a_status_is_kept_until_its_time_is_over,
            profiles::what_is_noted_of_presence_is_kept_and_changes_nothing_else,
            profiles::whoever_hides_was_never_seen,
            profiles::preferences_come_back_as_they_were_set,
            push::a_subscription_comes_back_and_ends_with_its_login,
            push::an_address_belongs_to_the_last_who_subscribed,
            push::only_so_many_subscriptions_are_kept_the_oldest_go,
            push::only_its_owner_removes_a_subscription,
            push::failures_are_counted_and_a_gone_one_is_forgotten,
            push::candidates_are_members_with_subscriptions_and_how_they_like_it,
            retention::old_words_go_and_the_log_stays_without_a_gap,
            retention::a_room_has_its_own_time_or_that_of_the_server,
            retention::a_message_that_is_just_old_enough_stays,
            retention::what_has_become_free_is_given_back,
            values::a_setting_is_kept_and_replaced,
            values::a_setting_made_twice_at_once_has_one_value,
            values::a_database_gives_a_sign_of_life,
        }
    };
}

mod archive;
mod backups;
mod samples;
mod sqlite;
mod stories;
