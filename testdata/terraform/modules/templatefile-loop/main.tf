locals {
  hosts = { web = "10.0.0.1", db = "10.0.0.2" }
}

resource "terraform_data" "hosts" {
  input = templatefile("${path.module}/hosts.tftpl", {
    hosts  = local.hosts
    header = true
    ports  = [80, 443]
  })
}
