import type { Business } from './business.ts'

export const clinic: Business = {
  name: 'Lakeside Dental Clinic',
  phoneNumber: '+14165550140',
  phoneNumberId: 'PNlak3sIde1',
  orgId: 'ORlak3sIdeC',
  userId: 'USn0raHavel',
  colleagueUserId: 'USdrOkafor1',
  colleaguePhoneNumber: '+14165550141',
  website: 'https://lakeside-dental.example.com',
  inquiries: [
    'Hi, I chipped a tooth at hockey practice 🏒😬 Any chance for an appointment today?',
    "Hello, I need to move Zoë's cleaning from Tuesday to any day after school. Merci!",
    'Do you take new patients? And do you speak français?',
    'Yes 👍',
  ],
  replies: [
    'Ouch! Dr. Okafor can see you at 4:15 pm today. Please bring the piece in a glass of milk 🥛',
    'Done: Zoë is booked for Thursday at 3:45 pm. Reply YES to confirm.',
    'Bonjour ! Oui, nous prenons de nouveaux patients. Formulaire : https://lakeside-dental.example.com/nouveau',
    'Reminder: cleaning tomorrow at 9:00 am with Noura. Reply C to confirm or R to reschedule.',
  ],
  voicemails: [
    'Good morning, my crown came off last night while I was eating toffee. It does not hurt, but I fly out on Friday. Could you fit me in before that? I am free at any hour. Thanks, bye.',
    "Bonjour, c'est pour confirmer le rendez-vous de demain à neuf heures. À demain !",
  ],
  menu: [
    { digit: '1', name: 'Appointments' },
    { digit: '3', name: 'Service en français' },
  ],
  consultation: {
    lines: [
      { speaker: 'business', text: 'Lakeside Dental, Noura speaking.' },
      { speaker: 'customer', text: 'Hello, I am thinking about aligners and have a few questions first.' },
      { speaker: 'business', text: 'Happy to help. Have you had braces or aligners before?' },
      { speaker: 'customer', text: 'Braces, about twenty years ago. The lower teeth have moved since.' },
      { speaker: 'business', text: 'Then we start with a scan. It takes half an hour and is free.' },
      { speaker: 'customer', text: 'And would my insurance cover some of it?' },
      { speaker: 'business', text: 'Most plans cover up to half. Send us the card and we will ask them.' },
      { speaker: 'customer', text: 'Great. Could I come in on Wednesday after four?' },
      { speaker: 'business', text: 'Wednesday at four thirty is yours. See you then!' },
    ],
    summary: [
      'Patient asked about aligners; had braces about twenty years ago and the lower teeth have shifted.',
      'A free scan was booked for Wednesday at 4:30 pm.',
    ],
    nextSteps: ['Ask the patient for the insurance card.', 'Check the coverage before Wednesday.'],
  },
  task: {
    title: 'Check insurance coverage for aligners',
    description: 'Patient sends the card by text. Answer needed before the scan on Wednesday.',
  },
}
