"""Looks at what is in the emulator, through AWS's own client library. Prints JSON.

    look.py resources   every resource of the kinds that the stack has, "kind name"
    look.py checks      raises unless credentials, signatures and IAM are checked
    look.py errors      what functions logged with a stack
"""

import json
import sys

from botocore.exceptions import ClientError
from botocore.session import get_session

session = get_session()

# kind: service, operation, and where its answer has the names
KINDS = {
    "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"),
    "api": ("apigatewayv2", "get_apis", "Items[].ApiId"),
    "bucket": ("s3", "list_buckets", "Buckets[].Name"),
    "dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    "event source": ("lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"),
    "function": ("lambda", "list_functions", "Functions[].FunctionName"),
    "log group": ("logs", "describe_log_groups", "logGroups[].logGroupName"),
    "metric filter": ("logs", "describe_metric_filters", "metricFilters[].filterName"),
    "queue": ("sqs", "list_queues", "QueueUrls[]"),
    "role": ("iam", "list_roles", "Roles[].RoleName"),
    "rule": ("events", "list_rules", "Rules[].Name"),
    "schedule": ("scheduler", "list_schedules", "Schedules[].Name"),
    "schedule group": ("scheduler", "list_schedule_groups", "ScheduleGroups[].Name"),
    "secret": ("secretsmanager", "list_secrets", "SecretList[].ARN"),
    "stack": ("cloudformation", "list_stacks", "StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName"),
    "table": ("dynamodb", "list_tables", "TableNames[]"),
    "topic": ("sns", "list_topics", "Topics[].TopicArn"),
}


def resources() -> list[str]:
    return [f"{kind} {name}" for kind, place in KINDS.items() for name in listed(*place)]


def listed(service: str, operation: str, names: str) -> list[str]:
    client = session.create_client(service)
    if not client.can_paginate(operation):
        import jmespath

        return jmespath.search(names, getattr(client, operation)()) or []
    return list(client.get_paginator(operation).paginate().search(f"{names} || `[]`"))


def checks() -> list[str]:
    iam = session.create_client("iam")
    iam.create_user(UserName="deploy-try")
    try:
        key = iam.create_access_key(UserName="deploy-try")["AccessKey"]
        ours = (key["AccessKeyId"], key["SecretAccessKey"])
        return [
            refusal("unknown credentials", ("AKIANOBODYNOBODY0000", "secret")),
            refusal("a wrong signature", (ours[0], "another secret")),
            refusal("what no policy allows", ours),
        ]
    finally:
        for key in iam.list_access_keys(UserName="deploy-try")["AccessKeyMetadata"]:
            iam.delete_access_key(UserName="deploy-try", AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName="deploy-try")


def refusal(of_what: str, credentials: tuple[str, str]) -> str:
    access_key_id, secret = credentials
    client = session.create_client("sqs", aws_access_key_id=access_key_id, aws_secret_access_key=secret)
    try:
        client.list_queues()
    except ClientError as error:
        return f"{of_what}: {error.response['Error']['Code']}"
    raise SystemExit(f"The emulator does not refuse {of_what}: its checks are off, so nothing would be proved")


def errors() -> list[str]:
    logs = session.create_client("logs")
    groups = listed("logs", "describe_log_groups", "logGroups[].logGroupName")
    pages = [logs.get_paginator("filter_log_events").paginate(logGroupName=group) for group in groups]
    return [
        f"{group}: {line}"
        for group, events in zip(groups, pages)
        for line in events.search("events[].message")
        if line and ("stack:" in line or "Runtime." in line)
    ]


print(json.dumps({"resources": resources, "checks": checks, "errors": errors}[sys.argv[1]]()))
