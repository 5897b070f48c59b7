terraform {
  required_version = ">= 1.5"
}

moved {
  from = terraform_data.old
  to   = terraform_data.new
}

removed {
  from = terraform_data.gone

  lifecycle {
    destroy = false
  }
}

resource "terraform_data" "new" {
  input = "here"

  lifecycle {
    ignore_changes       = [triggers_replace]
    replace_triggered_by = [terraform_data.other]

    precondition {
      condition     = local.ok
      error_message = "Not ok."
    }

    postcondition {
      condition     = self.input == "here"
      error_message = "Not here."
    }
  }

  provisioner "local-exec" {
    command = "echo ${self.id}"
    when    = create
  }
}

resource "terraform_data" "other" {
  input = "other"
}

locals {
  ok = true
}

check "health" {
  assert {
    condition     = terraform_data.new.input == "elsewhere"
    error_message = "Only a warning."
  }
}

output "checked" {
  value = terraform_data.new.input

  precondition {
    condition     = local.ok
    error_message = "No."
  }
}
