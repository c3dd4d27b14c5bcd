"""The journey of the client that openapi-generator makes for Python. Prints one line of JSON a step."""

import json
import os
import uuid
from datetime import datetime, timedelta, timezone

import trireme
from trireme import models

URL, KEY = os.environ["TRIREME_URL"], os.environ["TRIREME_KEY"]
INBOX, UPSTREAM = os.environ["TRIREME_INBOX"], os.environ["TRIREME_UPSTREAM"]

configuration = trireme.Configuration(host=URL, api_key={"apiKey": KEY})
client = trireme.ApiClient(configuration)
launches, runs = trireme.LaunchesApi(client), trireme.RunsApi(client)
schedules, callbacks = trireme.SchedulesApi(client), trireme.CallbacksApi(client)


def wait_for(run_uid):
    """The run once it has ended; null waits are left to the server."""
    for _ in range(12):
        run = runs.get_run(run_uid, wait=25)
        if run.finished_at is not None:
            return run
    raise AssertionError(f"the run did not end: {run.status}")


def live():
    body = models.RunSearchCitiesLiveBody(input=models.SearchCitiesInput(country="LU"))
    first = launches.run_search_cities_live_with_http_info(body)
    headers = {name.lower(): value for name, value in first.headers.items()}
    cursor = headers["x-pagination-cursor"]
    second = launches.run_search_cities_live(body, cursor=cursor)
    assert isinstance(first.data[0], models.SearchCitiesResult) and first.data[0] != second[0]
    return f"{len(first.data)} + {len(second)} cities"


def run_async():
    inputs = [models.SearchCitiesInput(country="MT"), models.SearchCitiesInput(country="AD", custom_data={"row": 2})]
    settings = models.CallbackSettings(url=INBOX, headers={"x-mine": "1"})
    # Each optional property is sent as null.
    body = models.RunSearchCitiesAsyncBody(
        inputs=inputs, callback=settings, inputs_upload_uid=None, parameters=None, name=None, tags=None,
        on_invalid_input=None, deadline_seconds=None, schedule_at=None, depends_on=None,
    )
    launched = launches.run_search_cities_async(body, idempotency_key=str(uuid.uuid4()))
    run = wait_for(launched.run_uid)
    assert run.status == models.RunStatus.SUCCEEDED, run.status
    run_async.uid = run.uid
    return f"{run.output_count} cities, {run.callbacks.total} callbacks"


def callback_bodies():
    types = set()
    for record in callbacks.list_run_callbacks(run_async.uid):
        sent = callbacks.get_callback_body_without_preload_content(record.uid).data
        body = models.Callback.from_json(sent.decode()).actual_instance
        types.add(type(body).__name__)
    assert types == {"RunPageCallback", "RunFinishedCallback"}, types
    return ", ".join(sorted(types))


def filters():
    since = datetime.now(timezone(timedelta(hours=2))) - timedelta(minutes=10)
    found = runs.list_runs(created_after=since, status=[models.RunStatus.SUCCEEDED], limit=5)
    none = runs.list_runs(created_before=since - timedelta(days=1))
    assert found and not none
    return f"{len(found)} runs since {since.isoformat(timespec='seconds')}"


def schedule():
    body = models.RunSearchCitiesScheduleBody(
        inputs=[models.SearchCitiesInput(country="LI")], cron="0 9 * * MON-FRI", timezone="Europe/Amsterdam"
    )
    made = schedules.run_search_cities_schedule(body)
    paused = schedules.pause_schedule(made.uid, models.PauseScheduleBody(note="for now"))
    triggered = schedules.trigger_schedule(made.uid)
    wait_for(triggered.uid)
    updated = schedules.update_schedule(made.uid, models.UpdateScheduleBody(cron="0 10 * * *", name="later"))
    cancelled = schedules.cancel_schedule(made.uid)
    assert (paused.status, updated.cron, cancelled.status) == ("PAUSED", "0 10 * * *", "CANCELLED")
    return "made, paused, triggered, updated, cancelled"


def cancel():
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    body = models.RunSearchCitiesAsyncBody(inputs=[models.SearchCitiesInput(country="LI")], schedule_at=later)
    launched = launches.run_search_cities_async(body)
    stopped = runs.cancel_run(launched.run_uid)
    assert stopped.status == models.RunStatus.STOPPED, stopped.status
    resumed = runs.resume_run(launched.run_uid, models.ResumeRunBody(action="resume"))
    return f"{stopped.status}, then {resumed.status}"


def retry():
    body = models.RunExtractJsonApiAsyncBody(inputs=[models.ExtractJsonApiInput(url=f"{UPSTREAM}/python")])
    launched = launches.run_extract_json_api_async(body)
    failed = wait_for(launched.run_uid)
    assert failed.last_error is not None and failed.status == models.RunStatus.FAILED, failed.status
    runs.retry_run(launched.run_uid)
    again = wait_for(launched.run_uid)
    assert (again.status, again.retry_count) == (models.RunStatus.SUCCEEDED, 1), again.status
    return f"{failed.status}, then {again.status}"


def export():
    csv = runs.list_run_outputs_without_preload_content(run_async.uid, _headers={"Accept": "text/csv"})
    lines = csv.data.decode().splitlines()
    assert lines[0].startswith("name,country"), lines[0]
    return f"{len(lines) - 1} lines of CSV"


def refusal():
    try:
        runs.get_run(str(uuid.uuid4()))
    except trireme.ApiException as error:
        assert error.data.error_label == models.ErrorLabel.NOT_FOUND
        return f"{error.status} {error.data.error_label.value}"
    raise AssertionError("an unknown run was found")


STEPS = {
    "live": live, "async": run_async, "callback bodies": callback_bodies, "filters by time": filters,
    "schedule": schedule, "cancel, resume": cancel, "retry": retry, "export": export, "a refusal": refusal,
}

for name, act in STEPS.items():
    try:
        print(json.dumps({"step": name, "did": act()}), flush=True)
    except Exception as error:
        print(json.dumps({"step": name, "failed": f"{type(error).__name__}: {error}"}), flush=True)
