"""What ministack 1.5.33 gets wrong by AWS's documents, mended from outside: its files are never touched.

Each mend has a probe that tells whether the emulator is right about it. `apply_mends` probes before (a version that has it
right must lose its mend here) and after (a mend that does not hold is worse than none).
"""

import re
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Callable

from ministack.core import iam_actions, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, scheduler, secretsmanager
from ministack.services.cloudformation import provisioners


@dataclass(frozen=True)
class Mend:
    fault: str
    document: str
    is_right: Callable[[], bool]
    apply: Callable[[], None]


def apply_mends() -> None:
    """Applies every mend. Raises SystemExit that says which one is not needed any more, or does not hold."""
    for mend in MENDS:
        if mend.is_right():
            raise SystemExit(f"This ministack has right what test/deploy-try/mends.py mends: drop that.\n  {mend.fault}")
        mend.apply()
        if not mend.is_right():
            raise SystemExit(f"A mend of test/deploy-try/mends.py does not hold any more.\n  {mend.fault}")


# --- Ref of a secret ---------------------------------------------------------------------------------------------------


def _secret_handlers() -> dict:
    return provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]


def _ref_of_secret_is_arn() -> bool:
    handlers = _secret_handlers()
    ref, attributes = handlers["create"]("Probe", {"Name": "probe", "SecretString": "x"}, "probe")
    handlers["delete"](ref, {})
    return ref == attributes["Id"] and "probe" not in secretsmanager._secrets


def _mend_ref_of_secret() -> None:
    handlers = _secret_handlers()
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_of(arn: str) -> str:
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def arn_as_ref(result: tuple) -> tuple:
        _, attributes, *more = result
        return (attributes["Arn"], attributes, *more)

    handlers["create"] = lambda *args, **named: arn_as_ref(create(*args, **named))
    handlers["update"] = lambda ref, *args, **named: arn_as_ref(update(name_of(ref), *args, **named))
    handlers["delete"] = lambda ref, props: delete(name_of(ref), props)


# --- What SQS asks IAM for a batch ---------------------------------------------------------------------------------------

BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def _batches_ask_for_the_single_action() -> bool:
    def asked(batch: str) -> str:
        headers = {"x-amz-target": f"AmazonSQS.{batch.removeprefix('sqs:')}"}
        return iam_actions.extract_iam_action("sqs", "POST", "/", headers, b"{}", {})

    return all(asked(batch) == single for batch, single in BATCHES.items())


def _mend_batches() -> None:
    extract = iam_actions.extract_iam_action

    def extract_iam_action(*args, **named):
        action = extract(*args, **named)
        return BATCHES.get(action, action)

    iam_actions.extract_iam_action = extract_iam_action


# --- The ARN of a schedule -------------------------------------------------------------------------------------------------


def _schedule_arn_has_its_group() -> bool:
    def arn(method: str, body: bytes, query: dict) -> str:
        place = ("us-east-1", "000000000000")
        return iam_actions.extract_resource_arn("scheduler", method, "/schedules/probe", {}, body, query, *place)

    wanted = "arn:aws:scheduler:us-east-1:000000000000:schedule/group/probe"
    written = arn("POST", b'{"GroupName":"group"}', {})
    return written == wanted and arn("GET", b"", {"groupName": ["group"]}) == wanted


def _mend_schedule_arn() -> None:
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(service, method, path, headers, body, query_params, *args, **named):
        arn = extract(service, method, path, headers, body, query_params, *args, **named)
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        given = query_params.get("groupName") or ""
        group = (given if isinstance(given, str) else given[0]) or iam_actions._safe_json_field(body, "GroupName")
        return arn.replace(":schedule/default/", f":schedule/{group or 'default'}/")

    iam_actions.extract_resource_arn = extract_resource_arn


# --- What a schedule's input says of its fire --------------------------------------------------------------------------------


def _fired_input(expression: str) -> str:
    """What the target of a schedule that is due gets."""
    sent: list[str] = []
    dispatch = eventbridge._dispatch_to_sqs
    eventbridge._dispatch_to_sqs = lambda spec, payload, parameters: sent.append(payload)
    key = (get_account_id(), get_region(), "default/probe")
    try:
        arn = f"arn:aws:sqs:{get_region()}:{get_account_id()}:probe"
        target = {"Arn": arn, "Input": "<aws.scheduler.scheduled-time>"}
        scheduler._schedules._data[key] = {"State": "ENABLED", "ScheduleExpression": expression, "Target": target}
        scheduler._tick_schedules()
    finally:
        eventbridge._dispatch_to_sqs = dispatch
        scheduler._schedules._data.pop(key, None)
        scheduler._schedule_last_fired.pop(key, None)
    return sent[0] if sent else ""


def _placeholders_are_filled() -> bool:
    return _fired_input("at(2020-02-29T09:30:00)") == "2020-02-29T09:30:00Z"


def _mend_placeholders() -> None:
    invoke = eventbridge._invoke_target

    def invoke_target(target, event, rule, *args, **named):
        if event.get("Source") == "aws.scheduler" and isinstance(target.get("Input"), str):
            target = {**target, "Input": _fill(target["Input"], rule, event["Time"])}
        return invoke(target, event, rule, *args, **named)

    eventbridge._invoke_target = invoke_target


def _fill(text: str, schedule: dict, now: float) -> str:
    # A cron expression is due at a full minute, and the emulator looks every ten seconds.
    at = scheduler._at_time_epoch(schedule["ScheduleExpression"])
    due = at if at is not None else now - now % 60
    values = {
        "schedule-arn": schedule.get("Arn", ""),
        "scheduled-time": datetime.fromtimestamp(due, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    return re.sub(r"<aws\.scheduler\.([a-z-]+)>", lambda match: values.get(match[1], match[0]), text)


# --- An alarm over several metrics -------------------------------------------------------------------------------------------


def _alarm_over_metrics_is_taken() -> bool:
    alarm = {"Metrics": [{"Id": "sum", "Expression": "a + b"}], "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    try:
        return bool(provisioners._cw_metric_alarm_record("probe", alarm))
    except ValueError:
        return False


def _mend_alarm_over_metrics() -> None:
    record = provisioners._cw_metric_alarm_record

    def metric_alarm_record(name: str, props: dict) -> dict:
        if not props.get("Metrics"):
            return record(name, props)
        # It is there, and stays without data: nothing here evaluates an expression.
        return record(name, {**props, "Metrics": None, "MetricName": props["Metrics"][0]["Id"], "Namespace": "Expression"})

    provisioners._cw_metric_alarm_record = metric_alarm_record


# --- What is at work while its function is updated ---------------------------------------------------------------------

# Longer than any function of ours may take.
AT_WORK_SECONDS = 120


def _work_outlives_an_update() -> bool:
    worker = SimpleNamespace(in_use=True)
    killed: list = []
    kill = lambda_runtime.kill_workers
    lambda_runtime.kill_workers = killed.extend
    lambda_runtime._workers["account:region:probe:$LATEST"] = [worker]
    try:
        lambda_svc.invalidate_worker("probe", qualifier="$LATEST")
        worker.in_use = False
        return worker not in killed and "account:region:probe:$LATEST" not in lambda_runtime._workers
    finally:
        lambda_runtime.kill_workers = kill
        lambda_runtime._workers.pop("account:region:probe:$LATEST", None)


def _mend_update_at_work() -> None:
    invalidate = lambda_runtime.invalidate_worker

    def invalidate_worker(func_name: str, qualifier: str | None = None, *args, **named) -> None:
        busy = []
        with lambda_runtime._lock:
            for key, workers in lambda_runtime._workers.items():
                *_, function, version = key.split(":")
                if function == func_name and qualifier in (None, version):
                    busy += [worker for worker in workers if worker.in_use]
                    workers[:] = [worker for worker in workers if not worker.in_use]
        invalidate(func_name, qualifier, *args, **named)
        if busy:
            threading.Thread(target=_kill_once_free, args=(busy,), daemon=True).start()

    lambda_runtime.invalidate_worker = invalidate_worker
    lambda_svc.invalidate_worker = invalidate_worker


def _kill_once_free(workers: list) -> None:
    end = time.monotonic() + AT_WORK_SECONDS
    while any(worker.in_use for worker in workers) and time.monotonic() < end:
        time.sleep(0.2)
    lambda_runtime.kill_workers(workers)


MENDS = (
    Mend(
        fault="Ref of a secret gives its name; AWS gives its ARN.",
        document="AWS CloudFormation, AWS::SecretsManager::Secret, Return values",
        is_right=_ref_of_secret_is_arn,
        apply=_mend_ref_of_secret,
    ),
    Mend(
        fault="A batch of SQS asks IAM for an action of its own; AWS asks for that of the single call.",
        document="Amazon SQS API permissions: Actions and resource reference",
        is_right=_batches_ask_for_the_single_action,
        apply=_mend_batches,
    ),
    Mend(
        fault="The ARN of a schedule always says the group default; AWS has the name of the schedule's group.",
        document="Service Authorization Reference, Amazon EventBridge Scheduler, Resource types",
        is_right=_schedule_arn_has_its_group,
        apply=_mend_schedule_arn,
    ),
    Mend(
        fault="<aws.scheduler.scheduled-time> and its like stay as they are in a schedule's input; AWS fills them.",
        document="EventBridge Scheduler User Guide, Adding context attributes",
        is_right=_placeholders_are_filled,
        apply=_mend_placeholders,
    ),
    Mend(
        fault="CloudFormation refuses an alarm over an expression of metrics; AWS takes it.",
        document="AWS CloudFormation, AWS::CloudWatch::Alarm, Properties, Metrics",
        is_right=_alarm_over_metrics_is_taken,
        apply=_mend_alarm_over_metrics,
    ),
    Mend(
        fault="An update of a function kills what is at work; in AWS that goes on to its end with the code it began with.",
        document="AWS Lambda Developer Guide, Lambda function states, Function states during updates",
        is_right=_work_outlives_an_update,
        apply=_mend_update_at_work,
    ),
)
