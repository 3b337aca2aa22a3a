"""What `.ci/run` runs of the slow tests: one or a few of each kind. `make test-long` runs all of them."""

SAMPLE = (
    # The product as a whole: its start, one post from a draft to its numbers, a program that is killed.
    "tests/journeys/test_start.py",
    "tests/journeys/test_main_job.py",
    "tests/journeys/test_bad_days.py::test_a_deleted_post_comes_back_by_one_click",
    "tests/journeys/test_languages.py::test_the_sign_in_page_speaks_one_language",
    "tests/journeys/test_feel.py::test_the_first_load_is_light",
    "tests/journeys/test_killed_programs.py::test_a_program_that_is_killed_is_started_again[publisher]",
    # Nothing twice, nothing lost: killed workers, lost answers, corrections, restores, orders of two transactions.
    "tests/crash/test_crash.py::test_killed_after_sending_before_the_network_acted",
    "tests/crash/test_crash.py::test_killed_after_the_answer_before_it_was_written_down",
    "tests/crash/test_crash.py::test_the_answer_is_lost[commit_then_500]",
    "tests/crash/test_crash.py::test_a_gateway_gives_up_and_the_server_publishes_later[0.2]",
    "tests/crash/test_corrections.py::test_an_urgent_correction_overtakes_one_under_way",
    "tests/crash/test_restored.py",
    "tests/interleavings/test_explorer.py",
    "tests/portal/test_scheduler.py",
    # Nobody sees what is not theirs.
    "tests/architecture/test_urls.py::test_every_role_gets_what_the_table_says[0]",
    "tests/architecture/test_foreign_ids.py::test_nobody_reaches_rows_of_another_municipality[0]",
    # Data of older versions, backups, the tables of an empty database, the demo.
    "tests/launcher/test_backup.py::test_a_whole_installation_comes_back_in_an_empty_place_with_pictures_keys_and_months",
    "tests/launcher/test_older_data.py::test_an_older_backup_is_not_restored[older]",
    "tests/launcher/test_baseline.py",
    "tests/launcher/test_schema.py",
    "tests/demo/test_seed.py",
)
