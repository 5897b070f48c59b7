terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}

resource "aws_sqs_queue" "default" {
  name = "default"
}

resource "aws_sqs_queue" "other" {
  provider = aws.other
  name     = "other"
}
