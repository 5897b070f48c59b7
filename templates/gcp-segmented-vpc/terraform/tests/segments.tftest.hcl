# No project is asked: the provider is mocked. What stands here fails when somebody opens what the intent does not name.

mock_provider "google" {}

variables {
  project = "example-project"
  log_key = "projects/example-project/locations/@{ region }/keyRings/logs/cryptoKeys/network"
}

run "address_plan" {
  command = plan
@@ for segment in plan.segments

  assert {
    condition     = google_compute_subnetwork.@{ segment.name }.ip_cidr_range == "@{ segment.cidr }"
    error_message = "@{ segment.name } has its own part of the network"
  }
@@ endfor
}

run "closed_by_default" {
  command = plan

  assert {
    condition     = google_compute_network.this.delete_default_routes_on_create && !google_compute_network.this.auto_create_subnetworks
    error_message = "the network begins without routes and subnets"
  }

  assert {
    condition     = alltrue([for rule in [google_compute_firewall.deny_ingress, google_compute_firewall.deny_egress] : rule.priority == 65534 && length(rule.deny) == 1])
    error_message = "what is not named is denied, in and out"
  }
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}
