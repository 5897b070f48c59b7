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

variable "certificate_arn" {
  description = "Certificate of @{ domain }."
  type        = string
}

variable "code" {
  description = "The function's code."
  type        = object({ bucket = string, key = string, version = string })
}

module "@{ name | snake }" {
  source = "../.."

  certificate_arn            = var.certificate_arn
  code                       = var.code
  key_administrator_role_arn = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/key-administrator"
  deploy_role_arn            = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/deploy"
@@ if callers == "jwt"
  token_issuer               = "https://cognito-idp.@{ region }.amazonaws.com/@{ region }_EXAMPLE"
  token_audience             = ["exampleclientid"]
@@ endif
@@ if signed
  signing_profile_version_arns = ["arn:aws:signer:@{ region }:${data.aws_caller_identity.current.account_id}:/signing-profiles/release/abcdefghij"]
@@ endif
@@ if vpc
  subnet_ids                 = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_group_ids         = ["sg-0123456789abcdef0"]
@@ endif
}

output "url" {
  description = "Where the API answers."
  value       = module.@{ name | snake }.url
}
