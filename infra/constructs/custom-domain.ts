/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { CfnOutput } from 'aws-cdk-lib';
import { ApiMapping, DomainName, EndpointType, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings.ts';

export interface CustomDomainProps {
  readonly domain: NonNullable<StageSettings['domain']>;
  readonly api: HttpApi;
  readonly stage: HttpStage;
}

/** A name of the owner's for the API, and its record in Route 53 where a zone is given. */
export class CustomDomain extends Construct {
  constructor(scope: Construct, id: string, { domain, api, stage }: CustomDomainProps) {
    super(scope, id);
    const { name, certificateArn, hostedZone } = domain;
    const domainName = new DomainName(this, 'Name', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    const mapping = new ApiMapping(this, 'Mapping', { api, stage, domainName });
    mapping.node.addDependency(stage); // its name is a text, which leads CloudFormation to no order
    const { regionalDomainName, regionalHostedZoneId } = domainName;
    const target = new CfnOutput(this, 'Target', {
      value: regionalDomainName,
      description: `Where the DNS of ${name} must lead: a CNAME, or an alias record`,
    });
    target.overrideLogicalId('DomainTarget');
    if (hostedZone === null) return;
    const { id: hostedZoneId, name: zoneName } = hostedZone;
    new ARecord(this, 'Record', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName }),
      recordName: `${name}.`,
      target: RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId)),
    });
  }
}
