//! Who reaches whom: random clouds against a simulator that knows nothing of sets, the same cloud in two languages, and
//! behaviours that documentation describes.

mod behaviours;
mod render;
mod simulator;

use std::path::PathBuf;

use distrust::catalog::Catalog;
use distrust::eval::terraform::{Settings, THREAD_STACK_BYTES, World, evaluate};
use distrust::eval::{Stack, Truth, cloudformation};
use distrust::graph::{Graph, build};
use distrust::network::address::parse;
use distrust::network::topology::Topology;
use distrust::source::{Door, Folder, Memory, Scope, SourceMap};
use distrust::syntax::yaml;
use proptest::prelude::*;

use simulator::{Cloud, Entry, Group, Hop, Machine, Net, PORTS, Packet, Peer, Rule, Subnet};

/// What one text comes to.
struct Known {
    graph: Graph,
    topology: Topology,
}

impl Known {
    fn of(name: &str, text: &str) -> Self {
        let sources = SourceMap::new();
        let mut files = Memory::new();
        let root = PathBuf::from("/stack");
        files.insert(root.join(name), text);
        let scope = Scope::new(&files, &root, Some(&root), &[]);
        let (file, _) = sources.add(name, text.as_bytes().to_vec());
        let stack: Stack = if name.ends_with(".tf") {
            let world = World {
                sources: &sources,
                door: Door::new(&files, &scope),
                settings: Settings::default(),
            };
            let folder = Folder {
                path: root,
                shown: "stack".into(),
                files: vec![(name.into(), file)],
                unread: Vec::new(),
            };
            evaluate(vec![folder], &world).swap_remove(0)
        } else {
            let document = yaml::parse(&file);
            cloudformation::evaluate(&cloudformation::Request {
                file: &file,
                document: &document,
                door: Door::new(&files, &scope),
                sources: &sources,
                parameters: &[],
            })
        };
        let catalog = Catalog::builtin();
        let graph = build(&stack, catalog);
        let topology = Topology::new(&graph, catalog);
        Self { graph, topology }
    }

    fn endpoint(&self, address: &str) -> u32 {
        let found = self
            .graph
            .resources
            .iter()
            .find(|own| own.address.to_string() == address);
        let id = found.unwrap_or_else(|| panic!("{address} is here")).id;
        self.topology
            .endpoint(id)
            .unwrap_or_else(|| panic!("{address} is an endpoint"))
    }

    /// Whether an address of the Internet reaches an endpoint at a port.
    fn from(&self, sender: &str, to: &str, protocol: u8, port: u16) -> Truth {
        let sender = parse(sender).expect("an address");
        let cells = self.topology.cells(self.endpoint(to)).iter();
        let about =
            cells.filter(|cell| cell.protocol == protocol && (cell.from..=cell.to).contains(&port));
        Truth::any(about.map(|cell| cell.extent.meets(&sender)))
    }

    fn to(&self, from: &str, receiver: &str, protocol: u8, port: u16) -> Truth {
        let receiver = parse(receiver).expect("an address");
        let cells = self.topology.outward(self.endpoint(from));
        let about = cells
            .iter()
            .filter(|cell| cell.protocol == protocol && (cell.from..=cell.to).contains(&port));
        Truth::any(about.map(|cell| cell.extent.meets(&receiver)))
    }

    fn between(&self, from: &str, to: &str, protocol: u8, port: u16) -> Truth {
        let ranges = self
            .topology
            .between(self.endpoint(from), self.endpoint(to));
        let mut about = ranges
            .iter()
            .filter(|own| own.protocol == protocol && (own.from..=own.to).contains(&port));
        about.next().map_or(Truth::False, |own| own.open)
    }
}

/// Runs on a thread with the stack that evaluation asks for.
fn deep<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(THREAD_STACK_BYTES)
        .num_threads(1)
        .build();
    pool.expect("a thread pool can be made").install(work)
}

const SENDERS: [&str; 4] = ["203.0.113.7", "8.8.8.8", "198.51.100.9", "1.2.3.4"];

fn number(text: &str) -> u32 {
    text.parse::<std::net::Ipv4Addr>()
        .expect("an address")
        .into()
}

fn net() -> impl Strategy<Value = Net> {
    let nets = [
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "8.8.8.0/24",
        "203.0.113.7/32",
        "10.0.0.0/8",
        "10.0.0.0/16",
        "10.1.0.0/16",
        "10.0.1.0/24",
        "10.0.2.0/24",
    ];
    proptest::sample::select(nets.to_vec()).prop_map(|text| {
        let (base, bits) = text.split_once('/').expect("a network");
        (number(base), bits.parse().expect("a length"))
    })
}

fn protocol() -> impl Strategy<Value = Option<u8>> {
    proptest::sample::select(vec![None, Some(6), Some(6), Some(17)])
}

fn ports() -> impl Strategy<Value = (u16, u16)> {
    let ranges = vec![
        (22, 22),
        (80, 80),
        (443, 443),
        (5432, 5432),
        (1024, 65535),
        (0, 65535),
        (22, 443),
        (50000, 65535),
    ];
    proptest::sample::select(ranges)
}

fn rule(groups: usize) -> impl Strategy<Value = Rule> {
    let peer = prop_oneof![3 => net().prop_map(Peer::Net), 1 => (0..groups).prop_map(Peer::Group)];
    (protocol(), ports(), peer).prop_map(|(protocol, ports, peer)| Rule {
        protocol,
        ports,
        peer,
    })
}

/// A line of an access list: whether it allows, its protocol, ports and network.
type Line = (bool, Option<u8>, (u16, u16), Net);

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (proptest::bool::weighted(0.7), protocol(), ports(), net());
    proptest::collection::vec(one, 0..5).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let entry = |(at, (allow, protocol, ports, net)): (usize, Line)| Entry {
            number: 100 + 10 * at as u16,
            allow,
            protocol,
            ports,
            net,
        };
        numbered.map(entry).collect()
    })
}

fn cloud() -> impl Strategy<Value = Cloud> {
    let group = |vpc: usize| {
        (
            proptest::collection::vec(rule(4), 0..4),
            proptest::collection::vec(rule(4), 0..3),
        )
            .prop_map(move |(inward, outward)| Group {
                vpc,
                inward,
                outward,
            })
    };
    let route = || {
        (
            net(),
            proptest::sample::select(vec![Hop::Internet, Hop::Internet, Hop::Nat, Hop::Peering]),
        )
    };
    let subnet = |vpc: usize| {
        let acl = proptest::option::of(0..2_usize);
        let acl = acl.prop_map(move |acl| acl.filter(|_| vpc == 0));
        (proptest::collection::vec(route(), 0..4), acl, any::<bool>()).prop_map(
            move |(mut routes, acl, gives_public)| {
                // One route for each destination, and none inside the own network.
                routes.sort_by_key(|(net, _)| *net);
                routes.dedup_by_key(|(net, _)| *net);
                routes.retain(|((base, bits), _)| {
                    !simulator::within(*base, simulator::vpc_net(vpc)) || *bits < 16
                });
                Subnet {
                    vpc,
                    routes,
                    acl,
                    gives_public,
                }
            },
        )
    };
    let machine = |subnets: std::ops::Range<usize>, groups: std::ops::Range<usize>, host: u8| {
        let groups = proptest::collection::vec(groups, 1..3);
        (subnets, groups, proptest::option::of(any::<bool>())).prop_map(
            move |(subnet, mut groups, public)| {
                groups.sort_unstable();
                groups.dedup();
                Machine {
                    subnet,
                    host,
                    groups,
                    public,
                }
            },
        )
    };
    let groups = (group(0), group(0), group(1), group(1));
    let subnets = (subnet(0), subnet(0), subnet(1));
    let machines = (
        machine(0..2, 0..2, 10),
        machine(0..2, 0..2, 11),
        machine(2..3, 2..4, 12),
    );
    let acls = ((entries(), entries()), (entries(), entries()));
    (groups, subnets, machines, acls, any::<bool>()).prop_map(|(groups, subnets, machines, acls, peered)| {
        let mut cloud = Cloud {
            vpcs: 2,
            peered,
            groups: vec![groups.0, groups.1, groups.2, groups.3],
            acls: vec![[acls.0.0, acls.0.1], [acls.1.0, acls.1.1]],
            subnets: vec![subnets.0, subnets.1, subnets.2],
            machines: vec![machines.0, machines.1, machines.2],
        };
        if !peered {
            let away = |own: &mut Subnet| own.routes.retain(|(_, hop)| *hop != Hop::Peering);
            cloud.subnets.iter_mut().for_each(away);
            // Groups are known across the connection only.
            for at in 0..4 {
                let own = cloud.groups[at].vpc;
                let known = [0, 0, 1, 1];
                let same = |rule: &Rule| !matches!(rule.peer, Peer::Group(other) if known[other] != own);
                cloud.groups[at].inward.retain(same);
                cloud.groups[at].outward.retain(same);
            }
        }
        cloud
    })
}

/// Every cell of a cloud against the simulator; what is wrong, or nothing.
fn disagreements(cloud: &Cloud, known: &Known, name: &dyn Fn(usize) -> String) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: String, said: Truth, is: bool| {
        if said != Truth::from(is) {
            wrong.push(format!("{what}: said {said:?}, is {is}"));
        }
    };
    for (protocol, port) in [6, 17]
        .into_iter()
        .flat_map(|own| PORTS.map(|port| (own, port)))
    {
        for machine in 0..cloud.machines.len() {
            let own = cloud.address(machine);
            for sender in SENDERS {
                let packet = Packet {
                    protocol,
                    from: number(sender),
                    to: own,
                    port,
                };
                let said = known.from(sender, &name(machine), protocol, port);
                check(
                    format!("{packet:?} in"),
                    said,
                    cloud.admits_internet(machine, packet),
                );
                let packet = Packet {
                    protocol,
                    from: own,
                    to: number(sender),
                    port,
                };
                let said = known.to(&name(machine), sender, protocol, port);
                check(
                    format!("{packet:?} out"),
                    said,
                    cloud.to_internet(machine, packet),
                );
            }
            for other in (0..cloud.machines.len()).filter(|other| *other != machine) {
                let packet = Packet {
                    protocol,
                    from: cloud.address(other),
                    to: own,
                    port,
                };
                let said = known.between(&name(other), &name(machine), protocol, port);
                check(
                    format!("{packet:?} between"),
                    said,
                    cloud.between(other, machine, packet),
                );
            }
        }
    }
    wrong
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn the_simulator_agrees_on_every_cell(cloud in cloud()) {
        let terraform = deep(|| Known::of("main.tf", &render::terraform(&cloud)));
        let wrong = disagreements(&cloud, &terraform, &|at| format!("aws_instance.m{at}"));
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), render::terraform(&cloud));
        let template = deep(|| Known::of("template.yaml", &render::cloudformation(&cloud)));
        let wrong = disagreements(&cloud, &template, &|at| format!("M{at}"));
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), render::cloudformation(&cloud));
    }
}
