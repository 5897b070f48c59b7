provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_ebs_volume" "v" {
  availability_zone = "eu-central-1a"
  size              = "20"
  encrypted         = "false"
  iops              = 3000.0
  type              = "gp3"
  tags              = { number = 1, flag = true, nothing = null }
}

resource "aws_sqs_queue" "q" {
  name                       = 12
  visibility_timeout_seconds = "30"
  fifo_queue                 = null
  redrive_policy             = jsonencode({ maxReceiveCount = 4, deadLetterTargetArn = "arn:aws:sqs:eu-central-1:123456789012:d" })
}

resource "aws_instance" "i" {
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  vpc_security_group_ids = ["sg-b", "sg-a", "sg-b"]
  user_data              = <<-EOT
    #!/bin/sh
    echo "$HOME" $${literal}
  EOT

  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }

  root_block_device {
    volume_size = "30"
    encrypted   = true
  }

  dynamic "ebs_block_device" {
    for_each = { sdf = 10, sdg = 20 }
    content {
      device_name = "/dev/${ebs_block_device.key}"
      volume_size = ebs_block_device.value
    }
  }
}

resource "aws_db_instance" "d" {
  identifier          = "d"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  username            = "u"
  password            = "mock-password"
  publicly_accessible = 1 == 1
  storage_encrypted   = !true
  skip_final_snapshot = true
}
