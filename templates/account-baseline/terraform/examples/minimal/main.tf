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

module "@{ name | snake }" {
  source = "../.."

  key_administrator_role_arn = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/key-administrator"
  log_reader_role_arn        = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/investigator"
@@ if trail
  alarms_to                  = "security@example.com"
@@ endif
}
