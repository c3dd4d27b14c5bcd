import java.time.OffsetDateTime;
import java.util.*;
import trireme.*;
import trireme.api.*;
import trireme.model.*;

/** The journey of the client that openapi-generator makes for Java. Prints one line of JSON a step. */
public class Generated {
  interface Step { String act() throws Exception; }

  /** Something that a generated client cannot do. */
  static class Lack extends Exception {
    Lack(String what) { super(what); }
  }

  static final String URL = System.getenv("TRIREME_URL"), KEY = System.getenv("TRIREME_KEY");
  static final String INBOX = System.getenv("TRIREME_INBOX"), UPSTREAM = System.getenv("TRIREME_UPSTREAM");
  static final ApiClient client = new ApiClient();
  static LaunchesApi launches;
  static RunsApi runs;
  static SchedulesApi schedules;
  static CallbacksApi callbacks;
  static UUID finished;

  static RunDetail waitFor(UUID uid) throws Exception {
    for (int tries = 0; tries < 12; tries++) {
      RunDetail run = runs.getRun(uid, 25);
      if (run.getFinishedAt() != null) return run;
    }
    throw new Exception("the run " + uid + " did not end");
  }

  static void check(boolean holds, Object found) throws Exception {
    if (!holds) throw new Exception("found " + found);
  }

  static String live() throws Exception {
    var body = new RunSearchCitiesLiveBody().input(new SearchCitiesInput().country("LU"));
    var first = launches.runSearchCitiesLiveWithHttpInfo(body, null, null, null, null);
    var cursor = first.getHeaders().get("x-pagination-cursor").get(0);
    var second = launches.runSearchCitiesLive(body, cursor, null, null, null);
    check(!first.getData().get(0).equals(second.get(0)), second);
    return first.getData().size() + " + " + second.size() + " cities";
  }

  static String runAsync() throws Exception {
    var body = new RunSearchCitiesAsyncBody()
        .inputs(List.of(new SearchCitiesInput().country("MT"), new SearchCitiesInput().country("AD").customData(Map.of("row", 2))))
        .callback(new CallbackSettings().url(java.net.URI.create(INBOX)).headers(Map.of("x-mine", "1")))
        .inputsUploadUid(null).parameters(null).name(null).tags(null).deadlineSeconds(null).scheduleAt(null).dependsOn(null);
    var launched = launches.runSearchCitiesAsync(body, null, UUID.randomUUID().toString());
    var run = waitFor(launched.getRunUid());
    check(run.getStatus() == RunStatus.SUCCEEDED, run.getStatus());
    finished = run.getUid();
    return run.getOutputCount() + " cities, " + run.getCallbacks().getTotal() + " callbacks";
  }

  static String callbackBodies() throws Exception {
    var types = new TreeSet<String>();
    for (var record : callbacks.listRunCallbacks(finished, null, null, null)) {
      types.add(callbacks.getCallbackBody(record.getUid()).getActualInstance().getClass().getSimpleName());
    }
    check(types.equals(Set.of("RunFinishedCallback", "RunPageCallback")), types);
    return String.join(", ", types);
  }

  static String filters() throws Exception {
    var since = OffsetDateTime.now().minusMinutes(10).withOffsetSameInstant(java.time.ZoneOffset.ofHours(2));
    var found = runs.listRuns(5, null, null, List.of(RunStatus.SUCCEEDED), null, null, null, null, null, null, since, null);
    var none = runs.listRuns(null, null, null, null, null, null, null, null, null, null, null, since.minusDays(1));
    check(!found.isEmpty() && none.isEmpty(), found.size());
    return found.size() + " runs since " + since;
  }

  static String schedule() throws Exception {
    var body = new RunSearchCitiesScheduleBody().inputs(List.of(new SearchCitiesInput().country("LI")))
        .cron("0 9 * * MON-FRI").timezone("Europe/Amsterdam");
    var uid = schedules.runSearchCitiesSchedule(body, null, null).getUid();
    var paused = schedules.pauseSchedule(uid, new PauseScheduleBody().note("for now"));
    waitFor(schedules.triggerSchedule(uid, null).getUid());
    var updated = schedules.updateSchedule(uid, new UpdateScheduleBody().cron("0 10 * * *").name("later"));
    var cancelled = schedules.cancelSchedule(uid);
    check(paused.getStatus() == ScheduleStatus.PAUSED && cancelled.getStatus() == ScheduleStatus.CANCELLED, updated);
    return "made, paused, triggered, updated, cancelled";
  }

  static String cancel() throws Exception {
    var body = new RunSearchCitiesAsyncBody().inputs(List.of(new SearchCitiesInput().country("LI")))
        .scheduleAt(OffsetDateTime.now().plusHours(1));
    var uid = launches.runSearchCitiesAsync(body, null, null).getRunUid();
    var stopped = runs.cancelRun(uid, null);
    check(stopped.getStatus() == RunStatus.STOPPED, stopped.getStatus());
    var resumed = runs.resumeRun(uid, new ResumeRunBody().action(ResumeRunBody.ActionEnum.RESUME));
    return stopped.getStatus() + ", then " + resumed.getStatus();
  }

  static String retry() throws Exception {
    var input = new ExtractJsonApiInput().url(java.net.URI.create(UPSTREAM + "/java"));
    var uid = launches.runExtractJsonApiAsync(new RunExtractJsonApiAsyncBody().inputs(List.of(input)), null, null).getRunUid();
    var failed = waitFor(uid);
    check(failed.getStatus() == RunStatus.FAILED && failed.getLastError() != null, failed.getStatus());
    runs.retryRun(uid, null, null);
    var again = waitFor(uid);
    check(again.getStatus() == RunStatus.SUCCEEDED && again.getRetryCount() == 1, again.getStatus());
    return failed.getStatus() + ", then " + again.getStatus();
  }

  static String export() throws Exception {
    var results = runs.listRunOutputs(finished, 500, null, null);
    check(results.get(0) instanceof Map, results.get(0));
    throw new Lack("CSV: its methods read JSON alone, here " + results.size() + " results");
  }

  static String refusal() throws Exception {
    try {
      runs.getRun(UUID.randomUUID(), null);
    } catch (ApiException error) {
      var body = JSON.getDefault().getMapper().readValue(error.getResponseBody(), trireme.model.Error.class);
      check(body.getErrorLabel() == ErrorLabel.NOT_FOUND, body);
      return error.getCode() + " " + body.getErrorLabel();
    }
    throw new Exception("an unknown run was found");
  }

  public static void main(String[] arguments) throws Exception {
    client.updateBaseUri(URL);
    client.setRequestInterceptor(request -> request.header("X-API-Key", KEY));
    launches = new LaunchesApi(client);
    runs = new RunsApi(client);
    schedules = new SchedulesApi(client);
    callbacks = new CallbacksApi(client);
    var steps = new LinkedHashMap<String, Step>();
    steps.put("live", Generated::live);
    steps.put("async", Generated::runAsync);
    steps.put("callback bodies", Generated::callbackBodies);
    steps.put("filters by time", Generated::filters);
    steps.put("schedule", Generated::schedule);
    steps.put("cancel, resume", Generated::cancel);
    steps.put("retry", Generated::retry);
    steps.put("export", Generated::export);
    steps.put("a refusal", Generated::refusal);
    for (var step : steps.entrySet()) {
      var line = new LinkedHashMap<String, String>();
      line.put("step", step.getKey());
      try {
        line.put("did", step.getValue().act());
      } catch (Lack lack) {
        line.put("lacks", lack.getMessage());
      } catch (Throwable error) {
        line.put("failed", error.toString());
      }
      System.out.println(JSON.getDefault().getMapper().writeValueAsString(line));
    }
  }
}
