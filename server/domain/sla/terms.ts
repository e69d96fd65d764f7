import type { ContractTerms, ContractTermsInput } from '../../../protocol/api/contract.ts';

type Added = 'clockEnds' | 'selfRecovery' | 'onSiteFrom' | 'dutySaturdays' | 'excludes';
export type AddedTerms = Pick<ContractTerms, Added>;

/** What a contract that is made now says unless somebody says otherwise. */
export const defaultTerms: AddedTerms = {
  clockEnds: { report: 'responded', detection: 'acknowledged' },
  selfRecovery: 'apart',
  onSiteFrom: 'report',
  dutySaturdays: [],
  excludes: [],
};

/** What contracts meant that were made before they could say it. */
const asItWas: AddedTerms = {
  clockEnds: { report: 'acknowledged', detection: 'acknowledged' },
  selfRecovery: 'met',
  onSiteFrom: 'not_remotely',
  dutySaturdays: [],
  excludes: [],
};

/** The terms of a stored version: what it does not say counts as it did when the version was made. */
export function readTerms(json: string): ContractTerms {
  return { ...asItWas, ...(JSON.parse(json) as ContractTermsInput) };
}

/** Terms as they were sent: what they leave out stays as it is agreed, or begins with the defaults. */
export function completeTerms(input: ContractTermsInput, agreed: AddedTerms = defaultTerms): ContractTerms {
  const { clockEnds, selfRecovery, onSiteFrom, dutySaturdays, excludes } = agreed;
  return { clockEnds, selfRecovery, onSiteFrom, dutySaturdays, excludes, ...input };
}
