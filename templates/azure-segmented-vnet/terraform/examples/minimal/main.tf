terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.9, < 5.0"
    }
  }
}

provider "azurerm" {
  storage_use_azuread = true

  features {}
}

variable "log_workspace_id" {
  description = "Log Analytics workspace."
  type        = string
}

variable "log_key" {
  description = "Key that seals the flow logs, and the identity that may use it."
  type        = object({ id = string, identity_id = string })
}

module "@{ name | snake }" {
  source = "../.."

  log_workspace_id = var.log_workspace_id
  log_key          = var.log_key
}

output "subnet_ids" {
  description = "Subnet of each segment."
  value       = module.@{ name | snake }.subnet_ids
}
