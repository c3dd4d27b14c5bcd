"""The journey of the client that openapi-python-client makes. Prints one line of JSON a step."""

import json
import os
from datetime import datetime, timedelta, timezone

from trireme_client import AuthenticatedClient, models
from trireme_client.api.callbacks import list_run_callbacks
from trireme_client.api.launches import run_search_cities_async, run_search_cities_live
from trireme_client.api.runs import get_run, list_runs
from trireme_client.types import UNSET

client = AuthenticatedClient(
    base_url=os.environ["TRIREME_URL"],
    token=os.environ["TRIREME_KEY"],
    prefix="",
    auth_header_name="X-API-Key",
    timeout=60,
)
finished = {}


def live():
    body = models.RunSearchCitiesLiveBody(input_=models.SearchCitiesInput(country="LU"))
    first = run_search_cities_live.sync_detailed(client=client, body=body)
    cursor = first.headers["X-Pagination-Cursor"]
    second = run_search_cities_live.sync(client=client, body=body, cursor=cursor)
    assert isinstance(first.parsed[0], models.SearchCitiesResult) and first.parsed[0] != second[0]
    return f"{len(first.parsed)} + {len(second)} cities"


def run_async():
    settings = models.CallbackSettings(url=os.environ["TRIREME_INBOX"])
    body = models.RunSearchCitiesAsyncBody(
        inputs=[models.SearchCitiesInput(country="MT")], callback=settings, name=None, schedule_at=None
    )
    launched = run_search_cities_async.sync(client=client, body=body)
    run = get_run.sync(launched.run_uid, client=client, wait=25)
    assert run.status == models.RunStatus.SUCCEEDED, run.status
    finished["uid"] = run.uid
    return f"{run.output_count} cities, {run.callbacks.total} callbacks"


def callbacks():
    records = list_run_callbacks.sync(finished["uid"], client=client)
    assert {record.type_ for record in records} == {models.CallbackType.RUN_PAGE, models.CallbackType.RUN_FINISHED}
    return f"{len(records)} records"


def filters():
    since = datetime.now(timezone(timedelta(hours=2))) - timedelta(minutes=10)
    found = list_runs.sync(client=client, created_after=since, status=[models.RunStatus.SUCCEEDED], name=UNSET)
    assert found
    return f"{len(found)} runs since {since.isoformat(timespec='seconds')}"


def refusal():
    answer = get_run.sync_detailed("00000000-0000-4000-8000-000000000000", client=client)
    assert answer.parsed.error_label == models.ErrorLabel.NOT_FOUND
    return f"{answer.status_code.value} {answer.parsed.error_label.value}"


STEPS = {"live": live, "async": run_async, "callbacks": callbacks, "filters by time": filters, "a refusal": refusal}

for name, act in STEPS.items():
    try:
        print(json.dumps({"step": name, "did": act()}), flush=True)
    except Exception as error:
        print(json.dumps({"step": name, "failed": f"{type(error).__name__}: {error}"}), flush=True)
