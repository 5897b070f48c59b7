locals {
  size = 1
}

resource "terraform_data" "x" {
  input = local.size

  lifecycle {
    precondition {
      condition     = local.size > 2
      error_message = "Never."
    }
  }
}
