provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  default_tags {
    tags = {
      owner = "platform"
      stage = terraform.workspace
    }
  }
}

provider "aws" {
  alias                       = "far"
  region                      = "us-east-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_s3_bucket" "near" {
  bucket = "near-bucket"
  tags   = { stage = "own", extra = "e" }
}

resource "aws_s3_bucket" "plain" {
  bucket = "plain-bucket"
}

resource "aws_s3_bucket" "far" {
  provider = aws.far
  bucket   = "far-bucket"
  tags     = { a = "1" }
}

module "child" {
  source = "./child"
  providers = {
    aws       = aws.far
    aws.other = aws
  }
}
