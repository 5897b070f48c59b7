provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

data "aws_iam_policy_document" "it" {
  source_policy_documents = [
    jsonencode({ Version = "2012-10-17", Statement = { Effect = "Deny", Action = "sqs:Purge", Resource = "*" } }),
  ]
}
