# Whatever no rule below lets through is denied and logged, in and out; conversations that were let through are answered.

resource "google_compute_firewall" "deny_ingress" {
  project       = var.project
  name          = "${var.name}-deny-ingress"
  description   = "What is not named does not come in"
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  priority      = 65534
  source_ranges = [local.everyone]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "deny_egress" {
  project            = var.project
  name               = "${var.name}-deny-egress"
  description        = "What is not named does not go out"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 65534
  destination_ranges = [local.everyone]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
@@ for flow in plan.flows if not flow.to.cloud and not flow.to.internet
@@ set port = flow.ports[0].said

# @{ flow.from.name } to @{ flow.to.name }
resource "google_compute_firewall" "@{ flow.from.name }_to_@{ flow.to.name }_@{ port }" {
  project                 = var.project
  name                    = "${var.name}-@{ flow.from.name }-to-@{ flow.to.name }-@{ port }"
  description             = "@{ flow.from.name } begins conversations with @{ flow.to.name } on @{ port }"
  network                 = google_compute_network.this.id
  direction               = "INGRESS"
  priority                = 1000
@@ if flow.from.internet
  source_ranges           = local.load_balancers
@@ else
  source_service_accounts = [google_service_account.@{ flow.from.name }.email]
@@ endif
  target_service_accounts = [google_service_account.@{ flow.to.name }.email]

  allow {
    protocol = "@{ flow.ports[0].protocol }"
    ports    = ["@{ port }"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
@@ if not flow.from.internet

resource "google_compute_firewall" "@{ flow.from.name }_out_to_@{ flow.to.name }_@{ port }" {
  project                 = var.project
  name                    = "${var.name}-@{ flow.from.name }-out-to-@{ flow.to.name }-@{ port }"
  description             = "@{ flow.from.name } begins conversations with @{ flow.to.name } on @{ port }"
  network                 = google_compute_network.this.id
  direction               = "EGRESS"
  priority                = 1000
  target_service_accounts = [google_service_account.@{ flow.from.name }.email]
  destination_ranges      = [local.segment_cidr.@{ flow.to.name }]

  allow {
    protocol = "@{ flow.ports[0].protocol }"
    ports    = ["@{ port }"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
@@ endif
@@ endfor
@@ for segment in services

resource "google_compute_firewall" "@{ segment }_to_google" {
  project                 = var.project
  name                    = "${var.name}-@{ segment }-to-google"
  description             = "@{ segment } reaches Google's interfaces at the restricted address"
  network                 = google_compute_network.this.id
  direction               = "EGRESS"
  priority                = 1000
  target_service_accounts = [google_service_account.@{ segment }.email]
  destination_ranges      = [local.restricted]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
@@ endfor
@@ for segment in nat

resource "google_compute_firewall" "@{ segment }_to_internet" {
  project                 = var.project
  name                    = "${var.name}-@{ segment }-to-internet"
  description             = "@{ segment } begins conversations with the Internet on 443, through Cloud NAT"
  network                 = google_compute_network.this.id
  direction               = "EGRESS"
  priority                = 1000
  target_service_accounts = [google_service_account.@{ segment }.email]
  # distrust: ignore[gcp-firewall-egress-public] asked for when this was made; one port, through Cloud NAT, logged
  destination_ranges      = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
@@ endfor
