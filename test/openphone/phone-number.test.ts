import { isE164, phoneNumber, phoneNumbers } from '../../src/openphone/phone-number.ts'
import t from '../helper/tap.ts'

t.test('numbers come out in E.164', async (t) => {
  const spellings: [unknown, string][] = [
    ['+14155550100', '+14155550100'],
    ['+1 (415) 555-0100', '+14155550100'],
    ['1-415-555-0100', '+14155550100'],
    ['(415) 555-0100', '+14155550100'],
    ['4155550100', '+14155550100'],
    [14155550100, '+14155550100'],
    [' +44 20 8366 1177 ', '+442083661177'],
    ['+4407911123456', '+447911123456'],
    ['+1415\u00005550100', '+14155550100'],
  ]
  for (const [given, expected] of spellings) {
    t.equal(phoneNumber(given), expected, JSON.stringify(given))
    t.equal(phoneNumber(given), expected, 'the same again from the cache')
    t.ok(isE164(phoneNumber(given)))
  }
})

t.test('what is no number stays as given', async (t) => {
  for (const given of [
    '22395',
    'anonymous',
    'US123',
    '911',
    'jane@example.com',
    '+',
    '5550100',
    '0800123456',
  ]) {
    t.equal(phoneNumber(given), given)
    t.notOk(isE164(phoneNumber(given)), given)
  }
  for (const given of [null, undefined, '', ' ', {}, [], true]) t.equal(phoneNumber(given), undefined)
})

t.test('E.164 is a plus and 7 to 15 digits', async (t) => {
  t.ok(isE164('+999123456'), 'also of a country that the library does not know')
  for (const given of [
    undefined,
    '14155550100',
    '+0415555010',
    '+123456',
    '+1234567890123456',
    '+1415555010x',
  ]) {
    t.notOk(isE164(given), String(given))
  }
})

t.test('lists of numbers keep their order and lose repeats', async (t) => {
  t.strictSame(phoneNumbers(['+14155550100', '415-555-0100', null, '22395', { value: '+14155550200' }]), [
    '+14155550100',
    '22395',
    '+14155550200',
  ])
  t.strictSame(phoneNumbers('+14155550100;+14155550200'), ['+14155550100', '+14155550200'])
  t.strictSame(phoneNumbers([]), [])
  for (const given of [null, undefined, '', {}, true]) t.equal(phoneNumbers(given), undefined)
})

t.test('more numbers than the cache holds are read all the same', async (t) => {
  const numberOf = (index: number) => `+1415${String(5_000_000 + index)}`
  for (let index = 0; index < 10_050; index++) phoneNumber(numberOf(index))
  t.equal(phoneNumber(numberOf(0)), numberOf(0))
  t.equal(phoneNumber(numberOf(10_049)), numberOf(10_049))
})
