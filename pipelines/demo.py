"""The main job end to end on a simulated district, so that a newcomer sees it work."""

from datetime import UTC, datetime, timedelta

from desk.opening import open_scorer
from desk.rescoring import Rescoring
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.errors import QinglingError
from pipelines import ingest, promote, score, train
from pipelines.demo_accounts import make_accounts
from pipelines.printing import print_report
from pipelines.simulate import simulate_extract

#: The hour of the extract's last day at which the demo's board opens: with work still to be done that day.
_OPENS_AT = 14
#: So many days before it the open orders were rescored.
_LOOKS_BACK, _HALF_A_DAY = 10, timedelta(hours=12)


def run(settings: Settings, orders: int, seed: int, port: int = 8000) -> str:
    """Simulate, ingest, train, promote and score; says what it does as it goes. The moment at which to serve."""
    out = settings.home / "demo-extract"
    _say(f"1/5 simulating a district of {orders:,} orders (seed {seed}); nothing in it is real")
    simulate_extract(orders, seed, out, lambda step, share: None)
    _say(f"2/5 ingesting {out}/pudong.toml")
    if ingest.run(out / "pudong.toml", settings=settings):
        raise QinglingError("the simulated extract could not be ingested; see the lines above")
    _say("3/5 training on orders whose callbacks are in, judging on the last fifth (a minute or two)")
    report = train.train(settings, train.Recipe(), progress=lambda step: _say(f"      {step}"))
    print_report(report, as_json=False)
    _say("4/5 promoting the model if it is good enough")
    done = promote.promote(settings, None, force=False)
    for gate in done.verdict.gates:
        _say(f"      {'passed' if gate.passed else 'FAILED'}  {gate.name}: {gate.figures}")
    if not done.granted:
        _say(f"      version {done.version} was refused; the champion before it goes on serving")
    moment = train.last_known_at(settings)
    _say(f"5/5 scoring what was open when the extract ends, {moment:%Y-%m-%d %H:%M}")
    _look_back(settings, moment)
    score.run(settings, None, all_open=True, at=moment.isoformat(), limit=12, as_json=False)
    _give_accounts(settings, moment, port)
    _say(f"done {datetime.now(UTC):%H:%M:%S} UTC; state is in {settings.home}. Next:")
    _say("  qingling score ORDER --at 2026-10-20T09:00+08:00    one order at any moment")
    _say(f"  {settings.home}/reports/    the model card, in Chinese: open it in a browser")
    living = moment.astimezone(SHANGHAI).replace(hour=_OPENS_AT, minute=0, second=0, microsecond=0)
    _say(
        f"  qingling serve --now {living.isoformat()}    as of that afternoon: /login for people, /docs for software"
    )
    _say("  mlflow ui --backend-store-uri " + settings.mlflow_uri)
    return living.isoformat()


def _look_back(settings: Settings, moment: datetime) -> None:
    """Rescore the open orders as of the days before, as a service would have done: their risks have a course."""
    store, scorer = open_scorer(settings)
    rescoring = Rescoring(store, "demo", every=0)
    logged = 0
    for half_days in range(2 * _LOOKS_BACK, 0, -1):
        turn = rescoring.turn(scorer, moment - half_days * _HALF_A_DAY)
        logged += turn.logged if turn else 0
    store.close()
    _say(f"      twice on each of the {_LOOKS_BACK} days before: {logged:,} scores that moved are logged")


def _give_accounts(settings: Settings, moment: datetime, port: int) -> None:
    store, scorer = open_scorer(settings)
    order_ids = [prediction.order_id for prediction in scorer.score_open(moment).predictions]
    made = make_accounts(store, order_ids or store.order_ids(), datetime.now(UTC))
    store.close()
    _say("accounts of this demo, told once (name, password, whose orders); the last is a key for software:")
    for name, password, scope in made:
        _say(f"  {name:<24}{password:<22}  {scope}")
    _say(f"  curl -H 'Authorization: Bearer {made[-1][1]}' 'http://127.0.0.1:{port}/api/v1/worklist?limit=3'")


def _say(line: str) -> None:
    print(line, flush=True)
