"""The objects of random trees for `random-overlays`: kinds with lists that merge, with names of others, without namespaces, and unknown ones."""
from random_yaml import Writer

API = {"HyperConverged": "hco.kubevirt.io/v1beta1", "ConfigMap": "v1", "Deployment": "apps/v1", "MachineSet": "machine.openshift.io/v1beta1",
       "Service": "v1", "Secret": "v1", "ServiceAccount": "v1", "ClusterRoleBinding": "rbac.authorization.k8s.io/v1", "Namespace": "v1",
       "HorizontalPodAutoscaler": "autoscaling/v2", "Widget": "example.com/v1", "StatefulSet": "apps/v1", "CronJob": "batch/v1", "Ingress": "networking.k8s.io/v1",
       "RoleBinding": "rbac.authorization.k8s.io/v1", "ClusterRole": "rbac.authorization.k8s.io/v1", "Node": "v1", "PersistentVolumeClaim": "v1",
       "CustomResourceDefinition": "apiextensions.k8s.io/v1", "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1", "NetworkPolicy": "networking.k8s.io/v1"}
# What every tree has, and what only some have.
ALWAYS = {"HyperConverged": "kubevirt-hyperconverged", "ConfigMap": "settings", "Deployment": "app", "MachineSet": "workers"}
OFTEN = {"Service": "app", "Secret": "token", "ServiceAccount": "robot", "ClusterRoleBinding": "robot", "Namespace": "one", "HorizontalPodAutoscaler": "app", "Widget": "w"}
SELDOM = {"StatefulSet": "app", "CronJob": "app", "Ingress": "app", "RoleBinding": "robot", "ClusterRole": "reader", "Node": "worker-0", "PersistentVolumeClaim": "disk",
          "CustomResourceDefinition": "widgets.example.com", "ValidatingWebhookConfiguration": "hook", "NetworkPolicy": "app"}
CLUSTER_SCOPED = {"Namespace", "ClusterRoleBinding", "ClusterRole", "Node", "CustomResourceDefinition", "ValidatingWebhookConfiguration"}
RBAC = "rbac.authorization.k8s.io"


class Objects(Writer):
    """The objects of one tree."""

    def __init__(self, random):
        super().__init__(random)
        self.names = dict(ALWAYS)
        self.names |= {kind: name for kind, name in OFTEN.items() if self.maybe(0.35)} | {kind: name for kind, name in SELDOM.items() if self.maybe(0.1)}
        self.api = API | ({"HyperConverged": "hco.kubevirt.io/v1"} if self.maybe() else {})

    def head(self, kind, name):
        return {"apiVersion": self.api[kind], "kind": kind, "metadata": {"name": name}}

    def pod(self, name):
        container = {"name": "main", "image": self.one("registry.example.com/app:1", "registry.example.com:5000/app", "app@sha256:1", "app:1@sha256:1"), "env": [{"name": "A", "value": "1"}],
                     "ports": [{"containerPort": 80}], "args": ["--name", "x"]}
        if self.maybe():
            container["envFrom"] = [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "token"}}]
        if self.maybe():
            container["env"].append({"name": "K", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "k"}}})
        if self.maybe(0.2):
            container["ports"] = [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "protocol": "UDP"}, {"containerPort": 443, "name": "tls"}]
        if self.maybe(0.2):
            container["resources"] = {"limits": {"cpu": self.one(1, "1", "500m"), "memory": "1Gi"}}
        if self.maybe(0.15):
            container |= {"volumeMounts": [{"name": "s", "mountPath": "/s"}, {"name": "s", "mountPath": "/t"}], "command": ["run"]}
        pod = {"containers": [container, {"name": "side", "image": "side@sha256:0"}], "volumes": [{"name": "s", "configMap": {"name": "settings"}}]}
        if self.maybe(0.15):
            pod["volumes"] += [{"name": "p", "projected": {"sources": [{"secret": {"name": "token"}}, {"configMap": {"name": "settings"}}]}}, {"name": "d", "persistentVolumeClaim": {"claimName": "disk"}}]
        if self.maybe():
            pod["serviceAccountName"] = "robot"
        if self.maybe():
            pod["tolerations"] = [{"key": "a", "operator": "Exists"}]
            pod["initContainers"] = [{"name": "init", "image": "side:1"}]
        if self.maybe(0.15):
            pod |= {"nodeSelector": {"kubernetes.io/arch": "amd64"}, "imagePullSecrets": [{"name": "token"}], "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}]}
        if self.maybe(0.15):
            pod["topologySpreadConstraints"] = [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": name}}}]
            pod["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": name}}}]}}
        return pod

    def content(self, kind, name):
        """What an object has besides its head."""
        labels = {"app": name}
        template = lambda: {"metadata": {"labels": dict(labels)}, "spec": self.pod(name)}
        if kind == "HyperConverged":
            gates = [{"name": "a"}, {"name": "b", "state": "Disabled"}] if self.api[kind].endswith("v1") else {"enableMultiArchBootImageImport": False, "a": True}
            spec = {"featureGates": gates, "list": [{"name": "x", "v": 1}, {"name": "y"}], "free": self.value()}
            if self.maybe(0.2):
                spec["infra"] = {"nodePlacement": {"nodeSelector": {"kubernetes.io/arch": self.one("amd64", "arm64")}, "tolerations": [{"key": "a", "operator": "Exists"}]}}
            if self.maybe(0.2):
                spec["dataImportCronTemplates"] = [{"metadata": {"name": "centos", "annotations": {"ssp.kubevirt.io/dict.architectures": "amd64,arm64"}}, "spec": {"schedule": "0 */12 * * *"}}]
            return {"spec": spec}
        if kind == "ConfigMap":
            data = {"k": "v", "arch": "amd64", "pair": "left:right", "text": "one\ntwo\n"}
            return {"data": data | ({"odd": self.odd()} if self.maybe(0.2) else {})}
        if kind == "Deployment":
            spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template()}
            return {"spec": spec | ({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": self.one(1, "25%")}}} if self.maybe(0.2) else {})}
        simple = {
            "MachineSet": {"spec": {"replicas": 2, "template": {"spec": {"providerSpec": {"value": {"instanceType": "m6i.large"}}}}}},
            "Service": {"spec": {"selector": labels, "ports": [{"port": 80, "protocol": "TCP"}, {"port": 443}]}}, "Secret": {"stringData": {"t": "s"}},
            "ClusterRoleBinding": {"roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": self.one("view", "reader")}, "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": self.one("one", "default")}]},
            "RoleBinding": {"roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "reader"}, "subjects": [{"kind": "ServiceAccount", "name": self.one("robot", "default")}, {"kind": "User", "name": "default"}]},
            "ClusterRole": {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["settings"], "verbs": ["get"]}]},
            "HorizontalPodAutoscaler": {"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}}},
            "Widget": {"spec": {"configRef": {"name": "settings"}, "parts": [{"id": "a", "n": 1}, {"id": "b"}], "selector": {"x": "y"}}},
            "StatefulSet": {"spec": {"serviceName": "app", "selector": {"matchLabels": labels}, "template": template(), "volumeClaimTemplates": [{"metadata": {"name": "disk"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]}},
            "CronJob": {"spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": template()}}}},
            "Ingress": {"spec": {"ingressClassName": "nginx", "rules": [{"host": "example.com", "http": {"paths": [{"path": "/", "backend": {"service": {"name": "app", "port": {"number": 80}}}}]}}], "tls": [{"secretName": "token"}]}},
            "Node": {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}], "podCIDRs": ["10.0.0.0/24"]}},
            "PersistentVolumeClaim": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
            "CustomResourceDefinition": {"spec": {"group": "example.com", "names": {"kind": "Widget", "plural": "widgets"}, "versions": [{"name": "v1", "served": True}]}},
            "ValidatingWebhookConfiguration": {"webhooks": [{"name": "a.example.com", "clientConfig": {"service": {"name": "app", "namespace": self.one("one", "default"), "path": "/a"}}}]},
            "NetworkPolicy": {"spec": {"podSelector": {"matchLabels": labels}, "ingress": [{"from": [{"podSelector": {"matchLabels": labels}}]}]}}}
        return simple.get(kind, {})

    def objects(self):
        objects = {}
        for kind, name in self.names.items():
            objects[kind] = self.head(kind, name)
            metadata = objects[kind]["metadata"]
            if self.maybe() and kind not in CLUSTER_SCOPED:
                metadata["namespace"] = "one"
            if self.maybe(0.8):
                metadata["labels"] = {"app": name, "tier": "1"}
            if self.maybe(0.8):
                metadata["annotations"] = {"note": "old"} | ({"odd": self.odd(0)} if self.maybe(0.08) else {})
            objects[kind] |= self.content(kind, name)
        return objects


def group_and_version(api_version):
    group, _, version = api_version.rpartition("/")
    return group, version
