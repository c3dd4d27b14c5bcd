"""Starts ministack, mended, on loopback. What it is told, it is told by the variables of emulator.ts."""

import os
import signal
import sys
import threading

from ministack import app
from ministack.core import iam_actions

from mends import apply_mends


def tell_of_denials() -> None:
    """Prints what IAM denies: a function may hide that it was denied something, and AWS would deny it too."""
    answer = iam_actions.access_denied_response

    def access_denied_response(service, action, principal_arn, *args, **named):
        print(f"DENIED {principal_arn} {action} {named.get('resource_arn', '')}", flush=True)
        return answer(service, action, principal_arn, *args, **named)

    iam_actions.access_denied_response = access_denied_response


def end_with_parent() -> None:
    """Ends this process and the functions it started when who holds its stdin is gone, however that ended."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


apply_mends()
tell_of_denials()
# Over TLS ministack would take port 443 besides the one it was told.
app._port_is_bindable = lambda host, port: False
threading.Thread(target=end_with_parent, daemon=True).start()
app.main()
