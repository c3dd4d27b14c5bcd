# The worker beside this file on a port of the machine's choice, with no network but this machine's.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
      bindings = [
        (name = "TRIREME_URL", fromEnvironment = "TRIREME_URL"),
        (name = "TRIREME_API_KEY", fromEnvironment = "TRIREME_API_KEY"),
        (name = "SIGNING_SECRET", fromEnvironment = "SIGNING_SECRET"),
      ],
    )),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
