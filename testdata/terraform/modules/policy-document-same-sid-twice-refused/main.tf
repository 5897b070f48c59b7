provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

data "aws_iam_policy_document" "it" {
  statement {
    sid       = "Same"
    actions   = ["s3:GetObject"]
    resources = ["base"]
  }

  statement {
    sid       = "Same"
    actions   = ["s3:PutObject"]
    resources = ["base"]
  }
}
