terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

provider "aws" {
  region = "@{ region }"
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

module "@{ name | snake }" {
  source = "../.."

  image_digest               = var.image_digest
  domain_name                = "@{ domain }"
  certificate_arn            = var.certificate_arn
  key_administrator_role_arn = "arn:aws:iam::${local.account}:role/key-administrator"
  importer_role_arn          = "arn:aws:iam::${local.account}:role/importer"
  rotation_function_arn      = "arn:aws:lambda:@{ region }:${local.account}:function:rotate-payment"
  rotation_role_arn          = "arn:aws:iam::${local.account}:role/rotate-payment"
  github_repository          = "@{ repository }"
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate for the public listener."
  type        = string
}

variable "image_digest" {
  description = "Digest of the image in the repository @{ name }, sha256:..."
  type        = string

  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
    error_message = "image_digest: sha256: and 64 hexadecimal digits."
  }
}

output "url" {
  description = "Where the service answers."
  value       = module.@{ name | snake }.url
}
