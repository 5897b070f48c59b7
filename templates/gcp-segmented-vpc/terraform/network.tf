# No subnets and no routes but those that are named here: the network begins without a way to the Internet.
resource "google_compute_network" "this" {
  project                         = var.project
  name                            = var.name
  description                     = "Network of ${var.name}, in segments"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true
  routing_mode                    = "REGIONAL"
}
@@ for segment in plan.segments

resource "google_compute_subnetwork" "@{ segment.name }" {
  project                  = var.project
  name                     = "${var.name}-@{ segment.name }"
  description              = "Segment @{ segment.name }"
  region                   = var.region
  network                  = google_compute_network.this.id
  ip_cidr_range            = local.segment_cidr.@{ segment.name }
  private_ip_google_access = true
  stack_type               = "IPV4_ONLY"

  log_config {
    aggregation_interval = "INTERVAL_5_SEC"
    flow_sampling        = 1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

# Whoever runs as this account stands in the segment; firewall rules know no other membership.
resource "google_service_account" "@{ segment.name }" {
  project      = var.project
  account_id   = "${var.name}-@{ segment.name }"
  display_name = "Segment @{ segment.name } of ${var.name}"
}
@@ endfor
@@ if services

# The only route out: to the addresses of restricted.googleapis.com, which stay in Google's network.
resource "google_compute_route" "restricted" {
  project          = var.project
  name             = "${var.name}-restricted"
  description      = "Google's interfaces that VPC Service Controls can guard"
  network          = google_compute_network.this.id
  dest_range       = local.restricted
  next_hop_gateway = "default-internet-gateway"
  priority         = 1000
}
@@ endif
@@ if nat

# ---------------------------------------------------------------- the way out that was asked for

resource "google_compute_route" "internet" {
  project          = var.project
  name             = "${var.name}-internet"
  description      = "For @{ nat | join(", ") }; the firewall lets nobody else out"
  network          = google_compute_network.this.id
  dest_range       = local.everyone
  next_hop_gateway = "default-internet-gateway"
  priority         = 1000
}

resource "google_compute_router" "this" {
  project = var.project
  name    = var.name
  region  = var.region
  network = google_compute_network.this.id
}

resource "google_compute_router_nat" "this" {
  project                            = var.project
  name                               = var.name
  region                             = var.region
  router                             = google_compute_router.this.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
@@ for segment in nat

  subnetwork {
    name                    = google_compute_subnetwork.@{ segment }.id
    source_ip_ranges_to_nat = ["PRIMARY_IP_RANGE"]
  }
@@ endfor

  log_config {
    enable = true
    filter = "ALL"
  }
}
@@ endif
