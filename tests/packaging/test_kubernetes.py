"""The manifests of packaging/kubernetes: Kubernetes takes them, they name what there is, and their figures fit."""
import json
import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml

from client import sign_in
from conftest import ROOT, environment
from mongo_server import start_mongo

FOLDER = ROOT / 'packaging/kubernetes'
# The oldest whose preStop can sleep by itself, and the newest whose schemas there are.
VERSIONS = ('1.30', '1.37')
KEDA = json.loads((ROOT / 'tests/packaging/keda.schema.json').read_text())


def manifests():
    """All documents that `kubectl apply --kustomize` would send, by (kind, name)."""
    kustomization = yaml.safe_load((FOLDER / 'kustomization.yaml').read_text())
    documents = [document for name in kustomization['resources'] for document in yaml.safe_load_all((FOLDER / name).read_text())]
    return {(document['kind'], document['metadata']['name']): document for document in documents}


MANIFESTS = manifests()
DEPLOYMENTS = [document for (kind, _), document in MANIFESTS.items() if kind == 'Deployment']
SCALED = MANIFESTS['ScaledObject', 'intelliclinix-worker']
by_name = pytest.mark.parametrize('deployment', DEPLOYMENTS, ids=lambda document: document['metadata']['name'])


def container_of(deployment):
    return deployment['spec']['template']['spec']['containers'][0]


def variables_of(deployment):
    """The environment of the container, with stand-ins for secrets."""
    secrets = {'store': 'mongodb://127.0.0.1:1/intelliclinix', 'jwt_secret': 'x' * 64}
    return {variable['name']: variable.get('value') or secrets[variable['valueFrom']['secretKeyRef']['key']]
            for variable in container_of(deployment)['env']}


def trigger():
    return SCALED['spec']['triggers'][0]['metadata']


def test_what_a_start_is_refused_for_is_what_workers_could_not_run():
    memory = {variables_of(deployment)['INTELLICLINIX_MAX_MEMORY'] for deployment in DEPLOYMENTS}
    assert len(memory) == 1
    limit = container_of(MANIFESTS['Deployment', 'intelliclinix-worker'])['resources']['limits']['memory']
    assert limit.endswith('Gi')
    assert 0.8 < int(memory.pop()) / (int(limit.removesuffix('Gi')) << 30) < 0.95


@pytest.mark.parametrize('version', VERSIONS)
@pytest.mark.parametrize('key', MANIFESTS, ids='-'.join)
def test_kubernetes_takes_it(key, version):
    document = MANIFESTS[key]
    if document['apiVersion'].startswith('keda.sh/'):
        jsonschema.validate(document, KEDA | {'$ref': f'#/definitions/{document["kind"]}'})
    else:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_check_finds_a_slip_of_the_pen():
    wrong = json.loads(json.dumps(DEPLOYMENTS[0]))
    container_of(wrong)['readynessProbe'] = container_of(wrong).pop('readinessProbe')
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)
    scaled = json.loads(json.dumps(SCALED))
    scaled['spec']['triggers'][0]['metadata']['querryValue'] = '1'
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(scaled, KEDA | {'$ref': '#/definitions/ScaledObject'})


@by_name
def test_a_pod_has_longer_to_stop_than_its_drain_takes(deployment):
    container = container_of(deployment)
    sleep_s = container['lifecycle']['preStop']['sleep']['seconds']
    grace_s = int(variables_of(deployment)['INTELLICLINIX_STOP_GRACE_S'])
    assert deployment['spec']['template']['spec']['terminationGracePeriodSeconds'] >= sleep_s + grace_s + 10
    # Endpoints are gone before the port is: no longer than one look of the readiness probe.
    if deployment['metadata']['name'] == 'intelliclinix-api':
        assert sleep_s > container['readinessProbe']['periodSeconds'] + container['readinessProbe']['timeoutSeconds']


@by_name
def test_probes_ask_what_there_is_on_a_port_that_there_is(deployment):
    container = container_of(deployment)
    ports = {port['name']: str(port['containerPort']) for port in container['ports']}
    flag = '--port' if container['args'][0] == 'serve' else '--metrics-port'
    for probe, path in (('startupProbe', '/ready'), ('readinessProbe', '/ready'), ('livenessProbe', '/health')):
        asked = container[probe]['httpGet']
        assert asked['path'] == path
        assert ports[asked['port']] == container['args'][container['args'].index(flag) + 1]
    annotations = deployment['spec']['template']['metadata']['annotations']
    assert annotations['prometheus.io/port'] in ports.values()


@by_name
def test_selectors_and_budgets_are_of_its_pods(deployment):
    labels = deployment['spec']['template']['metadata']['labels']
    assert deployment['spec']['selector']['matchLabels'] == labels
    assert MANIFESTS['PodDisruptionBudget', deployment['metadata']['name']]['spec']['selector']['matchLabels'] == labels


def test_what_is_named_is_there():
    service = MANIFESTS['Service', 'intelliclinix']
    api = MANIFESTS['Deployment', 'intelliclinix-api']
    assert service['spec']['selector'] == api['spec']['template']['metadata']['labels']
    assert {port['targetPort'] for port in service['spec']['ports']} <= {port['name'] for port in container_of(api)['ports']}
    assert ('Deployment', SCALED['spec']['scaleTargetRef']['name']) in MANIFESTS
    assert 'replicas' not in MANIFESTS['Deployment', 'intelliclinix-worker']['spec'], 'KEDA sets them'
    assert ('TriggerAuthentication', SCALED['spec']['triggers'][0]['authenticationRef']['name']) in MANIFESTS


@by_name
def test_the_program_takes_these_flags_and_variables(binary, deployment, tmp_path):
    arguments = [argument.replace('/var/lib/intelliclinix', str(tmp_path)) for argument in container_of(deployment)['args']]
    env = environment(**variables_of(deployment))
    if arguments[0] == 'serve':
        run = subprocess.run([binary, *arguments, '--print-config'], capture_output=True, text=True, env=env, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        assert 'workers = 0' in run.stdout
    else:
        # It gets as far as its store, which is not there.
        run = subprocess.run([binary, *arguments], capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60)
        assert run.returncode == 1 and 'MongoDB' in run.stderr, run.stderr


def test_the_scaler_counts_the_images_that_wait(start_server, examples, tmp_path):
    mongo = start_mongo(tmp_path / 'mongo')
    server = start_server('--store', mongo.uri, '--workers', '0')
    client = sign_in(server.url)
    tasks = mongo.database()[trigger()['collection']]
    query = json.loads(trigger()['query'])
    assert tasks.count_documents(query) == 0
    dataset = client.upload([(path.name, path.read_bytes()) for path in examples[:2]]).json['dataset_id']
    started = client.start(dataset, headers={'Prefer': 'respond-async'})
    assert started.status == 202 and tasks.count_documents(query) == 2
    assert client.post(f'/api/inferences/{started.json["inference_id"]}/cancel').status == 202
    assert tasks.count_documents(query) == 0
    assert server.terminate() == 0
    mongo.stop()
