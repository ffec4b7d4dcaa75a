"""Kills servers and workers at random moments while clients work, and looks at what is left."""
import collections
import dataclasses
import random
import re
import time

import client as http_client
from client import sign_in

import checks
import load
import pictures
from processes import Cluster

USERS = 3
LEASE_S = 2
ATTEMPTS = 3
LOST = re.compile(r'"(?:lease_lost|result_refused)".*"task_id": ?"([0-9a-f]{24})"')
MOST_GAVE_UP = 0.05  # of the starts
AT_WORK = 0.8  # the share of kills that let the victim start up first


@dataclasses.dataclass
class Plan:
    """`seconds`: kills end after that, however many there were."""
    kills: int
    seed: int
    seconds: float = float('inf')
    apis: int = 2
    workers: int = 3
    pause_s: tuple = (0.1, 1.2)  # between two kills: least, most
    down_s: tuple = (0.0, 0.4)   # a process stays dead

    def how_to_repeat(self, store):
        return (f'The same kills again: tools/chaos --kills {self.kills} --store {store} --seed {self.seed} '
                f'--apis {self.apis} --workers {self.workers}')


@dataclasses.dataclass
class Outcome:
    kills: int
    seconds: float
    unanswered: int
    stale_writes: int
    gave_up: int  # starts that ended because the store was too busy to answer in time, and were repeated
    tally: checks.Tally
    wrong: list

    def report(self):
        counts = ', '.join(f'{count} {name}' for name, count in sorted(self.tally.items()))
        return '\n'.join([f'{self.kills} kills in {self.seconds:.0f} s; {self.unanswered} requests without an answer, '
                          f'{self.stale_writes} stale writes refused in the last lives, {self.gave_up} starts repeated; '
                          f'{counts}',
                          *(f'WRONG: {sentence}' for sentence in self.wrong)])


def run(plan, store, folder):
    """A whole crash test in `folder`. Seeded: what is killed and what clients ask for; not: who comes first."""
    http_client.TIMEOUT_S = 60
    rng = random.Random(plan.seed)
    together = plan.workers == 0
    flags = ['--threads', '1', '--lease-s', LEASE_S, '--stop-grace-s', '5']
    with Cluster(store, folder, plan.apis, plan.workers, flags,
                 serve_flags=['--workers', '1' if together else '0'], worker_flags=['--workers', '1']) as cluster:
        cluster.start()
        begin = time.monotonic()
        users = make_users(cluster, rng)
        masks = reference_masks(users[0])
        for user in users:
            user.start()
        killer = Killer(cluster, rng, plan)
        try:
            killer.run()
        finally:
            for user in users:
                user.stop.set()
            for user in users:
                user.join()
        wrong = killer.wrong + [f'a client failed: {user.failure!r}' for user in users if user.failure]
        outcome = Outcome(killer.kills, time.monotonic() - begin, 0, 0, 0, checks.Tally(), wrong)
        return conclude(cluster, users, masks, killer, outcome)


def conclude(cluster, users, masks, killer, outcome):
    """Waits until all is quiet and checks it."""
    for process in cluster.processes:
        process.wait_until_ready(supervised=True)
    outcome.gave_up = sum(process.gave_up for process in cluster.processes)
    if outcome.gave_up > max(1, outcome.kills * MOST_GAVE_UP):
        outcome.wrong.append(f'{outcome.gave_up} starts gave up: the store is too slow for what this is to show')
    outcome.wrong += checks.wait_for_ends([user.client for user in users])
    for user in users:
        outcome.wrong += checks.check_user(user, masks, outcome.tally)
        outcome.unanswered += user.client.unanswered
    outcome.stale_writes = sum(process.stale_writes() for process in cluster.processes)
    if killer.knows_attempts:
        outcome.wrong += check_attempts(cluster, killer, outcome.tally.exhausted)
    outcome.wrong += [f'{name} did not stop in good order' for name in cluster.stop()]
    outcome.wrong += cluster.fsck()
    return outcome


def check_attempts(cluster, killer, exhausted):
    """An image is given up only when that many of its workers were killed, or lost its lease.

    A worker that was killed in the moment of its claim may have had an image that the killer did not see: one."""
    attempts = killer.attempts + collections.Counter(
        task for process in cluster.processes for task in LOST.findall(process.log.read_text(errors='replace')))
    return [f'{name} of {inference} was given up after {attempts[task]} lost attempts'
            for inference, name in exhausted
            if attempts[task := cluster.store.task_of(inference, name)] < ATTEMPTS - 1]


def make_users(cluster, rng):
    """Each has a client of its own, and numbers of its own from the seed."""
    cuttings = pictures.cuttings()
    users = []
    for _ in range(USERS):
        signed_in = sign_in(cluster.urls[0])
        client = load.PatientClient(cluster.urls, signed_in.token, random.Random(rng.getrandbits(64)))
        users.append(load.User(client, cuttings, rng.getrandbits(64)))
    return users


def reference_masks(user):
    """The SHA-256 of each cutting's label mask with each variant of the parameters, from a run that nobody disturbs."""
    files = [(f'{cutting}.png', content) for cutting, content in enumerate(user.pictures)]
    dataset = user.client.upload(files).json['dataset_id']
    masks = {}
    for variant, params in enumerate(load.VARIANTS):
        answer = user.client.start(dataset, params)
        assert answer.status == 200, answer.body
        document = user.client.get(f'/api/inferences/{answer.json["inference_id"]}').json
        for cutting, result in enumerate(document['results']):
            artifacts = {artifact['kind']: artifact for artifact in result['artifacts']}
            masks[cutting, variant] = artifacts['label_mask']['sha256']
    assert user.client.delete(f'/api/datasets/{dataset}').status == 200
    return masks


class Killer:
    """Kills one process after the other, and starts each again."""

    def __init__(self, cluster, rng, plan):
        self.cluster = cluster
        self.rng = rng
        self.plan = plan
        self.kills = 0
        self.attempts = collections.Counter()  # of tasks whose worker was killed
        self.knows_attempts = bool(cluster.workers)  # servers that run jobs do not tell their names
        self.wrong = []

    def run(self):
        deadline = time.monotonic() + self.plan.seconds
        while self.kills < self.plan.kills and time.monotonic() < deadline:
            time.sleep(self.rng.uniform(*self.plan.pause_s))
            victim = self.rng.choice(self.cluster.processes)
            down_s = self.rng.uniform(*self.plan.down_s)
            if self.rng.random() < AT_WORK:
                victim.wait_until_ready(supervised=True)
            self.restart_the_dead()
            self.kill(victim)
            time.sleep(down_s)
            victim.start()
        time.sleep(0.5)
        self.restart_the_dead()

    def kill(self, victim):
        """Its tasks are looked up while it holds still, and after it: it may have had a claim on the way."""
        held = set()
        name = victim.worker_name() if self.knows_attempts else None
        if name:
            victim.pause()
            held |= set(self.cluster.store.tasks_of(name))
        victim.kill()
        if name:
            held |= set(self.cluster.store.tasks_of(name))
        self.attempts.update(held)
        self.kills += 1

    def restart_the_dead(self):
        """Nothing should have ended but by our hand."""
        for process in self.cluster.processes:
            if not process.alive() and not process.start_again_if_it_gave_up():
                self.wrong.append(f'{process.name} ended by itself with {process.process.returncode}: {process.tail(5)}')
                process.start()
