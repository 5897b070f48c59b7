locals {
  everyone = "0.0.0.0/0"

  # Each segment has an equal part of the network.
  segment_cidr = {
@@ for segment in plan.segments
    @{ segment.name } = cidrsubnet(var.network_cidr, @{ segment.nth.bits }, @{ segment.nth.index })
@@ endfor
  }
@@ if services

  # restricted.googleapis.com: Google's interfaces that VPC Service Controls can guard, and no others.
  restricted           = "199.36.153.4/30"
  restricted_addresses = ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]
@@ endif

  # Where Google's load balancers and their health checks call from.
  load_balancers = ["35.191.0.0/16", "130.211.0.0/22"]
}
